import {access, constants, stat} from 'node:fs/promises';
import {resolve} from 'node:path';
import {CtrError} from '../util/ctr-error.ts';
import {findGitDir} from './find-git-dir.ts';
import {runGit} from './git-process.ts';
import {noRepository} from './no-repository.ts';
import type {ObjectFormat} from './oid.ts';

/** A repository that git can open. */
export interface GitRepository {
  /** Absolute, without symbolic links. For a linked worktree: the repository that it belongs to. */
  readonly gitDir: string;
  readonly objectFormat: ObjectFormat;
  /** The history stops at commits whose parents are not in this repository. */
  readonly isShallow: boolean;
}

/**
 * The repository at `dir`: a bare one, a `.git` directory, or a working tree that has one. Never looks above `dir`.
 * @throws CtrError REPOSITORY when there is none, or none that the installed git can read.
 */
export async function openRepository(dir: string): Promise<GitRepository> {
  await assertAccess(resolve(dir));
  const gitDir = findGitDir(resolve(dir));
  if (gitDir === undefined) throw noRepository(dir, resolve(dir));
  const [objectFormat, isShallow] = await readFacts(gitDir).catch((cause: unknown) => {
    throw unreadable(dir, cause);
  });
  if (objectFormat !== 'sha1' && objectFormat !== 'sha256') {
    throw new CtrError('REPOSITORY', `${dir} names its objects by ${objectFormat}, which ctr does not know`);
  }
  return {gitDir, objectFormat, isShallow: isShallow === 'true'};
}

async function readFacts(gitDir: string): Promise<string[]> {
  const output = await runGit(gitDir, ['rev-parse', '--show-object-format', '--is-shallow-repository']);
  return output.toString('utf8').split('\n');
}

/**
 * Fails if this user may not read the directory `dir`; git would say that it is not a repository.
 * @throws CtrError REPOSITORY
 */
export async function assertAccess(dir: string): Promise<void> {
  try {
    await access(dir, constants.X_OK);
  } catch (cause) {
    const isRefused = (cause as NodeJS.ErrnoException).code === 'EACCES';
    // A file cannot be entered either.
    // If a parent is closed, too, the kind of `dir` is unknown.
    if (!isRefused || !(await stat(dir).catch(() => undefined))?.isDirectory()) return;
    throw new CtrError('REPOSITORY', `this user may not look into ${dir}`, {
      hint: 'Run ctr as the user who owns the repository.',
      cause,
    });
  }
}

function unreadable(dir: string, cause: unknown): unknown {
  if (cause instanceof CtrError && cause.code !== 'REPOSITORY') return cause;
  const words = cause instanceof Error ? cause.message : '';
  // For a format that this git cannot read, show git's own message: the directory is a repository.
  if (/repo version|repository extension|object format|ref storage/.test(words)) {
    const hint = 'Update Git, or convert the repository.';
    return new CtrError('REPOSITORY', `${dir} cannot be read: ${words}`, {hint, cause});
  }
  return new CtrError('REPOSITORY', `${dir} is not a Git repository: Git cannot open it`, {
    hint: 'Git says what is wrong: git -C <dir> rev-parse --git-dir',
    cause,
  });
}
