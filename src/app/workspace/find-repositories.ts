import {constants, type Dirent, existsSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {access, readdir} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import {findGitDir} from '../../git/find-git-dir.ts';
import {byName} from '../../util/by-name.ts';
import {CtrError} from '../../util/ctr-error.ts';

const DEPTH_MAX = 8;
/** Git recognises a repository by these. Source: Git, setup.c, is_git_directory. */
const PARTS = ['HEAD', 'objects', 'refs'] as const;
/** Root's own, at the top of many file systems: no repository is kept there. */
const NEVER_READABLE = 'lost+found';

/** A repository in which ctr is installed, or a directory of which that cannot be told. */
export interface FoundRepository {
  readonly gitDir: string;
  /** Why nothing can be done with it. */
  readonly trouble?: CtrError;
}

/**
 * The repositories below `root` in which ctr is installed, each once, in order of their paths, with those that are damaged.
 * Follows neither symbolic links nor files `.git` out of `root`; does not look inside a repository, except for a submodule
 * whose working tree it meets, nor deeper than eight levels.
 * @throws USAGE where `root` is no directory, or cannot be read.
 */
export async function* findInstalledRepositories(root: string): AsyncGenerator<FoundRepository> {
  if (!statSync(root, {throwIfNoEntry: false})?.isDirectory()) {
    const what = existsSync(root) ? `${root} is no directory` : `there is no directory ${root}`;
    throw new CtrError('USAGE', what, {hint: 'Give the directory that holds the repositories.'});
  }
  await listBelow(resolve(root)).catch((cause: unknown) => {
    throw new CtrError('USAGE', `cannot read ${root}: ${(cause as Error).message}`, {
      hint: 'Run ctr as a user who may.',
      cause,
    });
  });
  const inside = `${realPath(resolve(root))}/`;
  const seen = new Set<string>();
  for await (const found of walk(resolve(root), 0)) {
    const real = realPath(found.gitDir);
    if (seen.has(real) || !`${real}/`.startsWith(inside)) continue;
    seen.add(real);
    yield found;
  }
}

/** The repositories that commands can work on. */
export async function listInstalledRepositories(root: string): Promise<string[]> {
  const found = await Array.fromAsync(findInstalledRepositories(root));
  return found.flatMap(({gitDir, trouble}) => (trouble ? [] : gitDir));
}

async function* walk(dir: string, depth: number): AsyncGenerator<FoundRepository> {
  const missing = PARTS.filter((part) => !existsSync(join(dir, part)));
  if (missing.length < PARTS.length || existsSync(join(dir, 'ctr', 'run'))) {
    const isInstalled = isInstalledIn(dir);
    if (isInstalled && missing.length > 0) yield {gitDir: dir, trouble: damaged(dir, missing)};
    else if (isInstalled) yield {gitDir: dir};
    if (isInstalled || missing.length === 0) return;
  }
  if (depth === DEPTH_MAX) return;
  const below = await listBelow(dir).catch((cause: unknown) => unreadable(dir, cause));
  if (below instanceof CtrError) {
    if (basename(dir) !== NEVER_READABLE) yield {gitDir: dir, trouble: below};
    return;
  }
  for (const entry of below.sort(byName)) {
    if (entry.isDirectory()) yield* walk(join(dir, entry.name), depth + 1);
    else if (entry.name === '.git' && entry.isFile()) yield* findNamed(dir);
  }
}

/** The repository that the file `.git` of a working tree names. */
function* findNamed(dir: string): Generator<FoundRepository> {
  const gitDir = findGitDir(dir);
  if (gitDir !== undefined && isInstalledIn(gitDir)) yield {gitDir};
}

/** One that is gone again keeps its name: who opens it says so. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

async function listBelow(dir: string): Promise<Dirent[]> {
  // One whose names can be read and that cannot be entered looks as if nothing were in it.
  await access(dir, constants.X_OK);
  return readdir(dir, {withFileTypes: true});
}

/** By the launcher that its hook starts; where all of `ctr/` is lost, by its configuration. `ctr uninstall` keeps `ctr/`. */
function isInstalledIn(dir: string): boolean {
  if (existsSync(join(dir, 'ctr', 'run'))) return true;
  if (existsSync(join(dir, 'ctr'))) return false;
  try {
    return /^\s*\[ctr\][^[]*^\s*id\s*=/im.test(readFileSync(join(dir, 'config'), 'utf8'));
  } catch {
    return false;
  }
}

function damaged(dir: string, missing: readonly string[]): CtrError {
  return new CtrError(
    'REPOSITORY',
    `ctr is installed in ${dir}, but ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} gone`,
    {
      hint: 'Restore the repository, or remove what is left of it.',
      data: {missing},
    },
  );
}

function unreadable(dir: string, cause: unknown): CtrError {
  return new CtrError('REPOSITORY', `cannot look for repositories in ${dir}: ${(cause as Error).message}`, {
    hint: 'Run ctr as a user who may read it.',
    cause,
  });
}
