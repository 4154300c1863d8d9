import {
  access,
  chmod,
  constants,
  copyFile,
  link,
  lstat,
  mkdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {CtrError} from '../util/ctr-error.ts';
import {killPoint} from '../util/kill-point.ts';
import {
  deleteHookUser,
  exists,
  findHookDirectory,
  type HookDirectory,
  putHookUser,
} from './hook-directory.ts';
import {classifyHook, type HookOrigin} from './hook-file.ts';
import {launcherScript} from './launcher.ts';
import type {GitRepository} from './repository.ts';

/** The hook as it is shipped: two levels up, from src/git as from dist/git. */
const SHIPPED_HOOK = new URL('../../hooks/post-receive', import.meta.url);
const MISSING: ReadonlySet<unknown> = new Set(['ENOENT', 'ELOOP', 'ENOTDIR']);
const KEPT_NAME = 'post-receive.before-ctr';

/**
 * The state of a repository's hook.
 * - `installed`: pushes are noticed
 * - `outdated`: ours, but of another version, or not executable: install again
 * - `absent`: ctr is not installed here (another hook may be)
 * - `missing`: ctr is installed here, but Git finds no hook, or one that is not ours: install again
 * - `changed`: ctr's hook was edited
 * - `disabled`: the configuration turns all hooks off
 */
export interface HookState {
  readonly kind: 'installed' | 'outdated' | 'absent' | 'missing' | 'changed' | 'disabled';
  /** The file that Git runs. Absent when hooks are disabled. */
  readonly hook?: string | undefined;
  /** The copy of the hook from before ctr; absent if there was none. */
  readonly keptHook?: string | undefined;
}

/** The state of the hook of `repo`. Changes nothing. */
export async function readHookState(repo: GitRepository): Promise<HookState> {
  const directory = await findHookDirectory(repo).catch((error: unknown) => {
    if (error instanceof CtrError && error.code === 'CONFIG') return undefined;
    throw error;
  });
  if (directory === undefined) return {kind: 'disabled'};
  const files = hookFiles(directory);
  const current = await readHook(files.hook);
  const keptHook = (await exists(files.kept)) ? files.kept : undefined;
  const isWanted = await exists(launcherPath(repo));
  return {kind: await stateOf(current, isWanted), hook: files.hook, keptHook};
}

/**
 * Checks that a hook can be installed, as far as possible without writing. `installHook` may still fail for other reasons.
 * @throws CtrError CONFIG if hooks are turned off, the hook was edited, or there are two hooks to keep.
 */
export async function assertHookFits(repo: GitRepository): Promise<void> {
  const files = hookFiles(await findHookDirectory(repo));
  const current = await readHook(files.hook);
  if (current?.origin === 'changed') throw changedHook(files.hook);
  if (current?.origin === 'foreign') await assertKeepable(files);
}

/**
 * Pushes to `repo` are noticed afterwards: the hook starts `command` with `sync --worker`. An existing hook is kept next
 * to ours and still runs. May be repeated, also with another command. There is a hook at every moment.
 * @throws CtrError CONFIG when hooks are turned off, when the hook was edited, when there are two hooks to keep, or
 *   when the directory cannot be written.
 */
export async function installHook(
  repo: GitRepository,
  {command}: {readonly command: readonly string[]},
): Promise<{hook: string; keptHook?: string | undefined}> {
  const directory = await findHookDirectory(repo);
  const files = hookFiles(directory);
  const current = await readHook(files.hook);
  if (current?.origin === 'changed') throw changedHook(files.hook);
  // Another user has installed it for all repositories, in a folder that this user may not write.
  if (current && directory.isShared && (await isCurrent(current)) && !(await mayWrite(directory.path))) {
    await putLocalFiles(repo, command);
    return {hook: files.hook};
  }
  await translateRefusal(directory, async () => {
    await mkdir(directory.path, {recursive: true});
    if (current?.origin === 'foreign') await keepHook(files);
    await putLocalFiles(repo, command);
    if (directory.isShared) await putHookUser(directory, repo.gitDir);
    await replaceFile(files.hook, await readFile(SHIPPED_HOOK), 0o755);
  });
  return {hook: files.hook, keptHook: (await exists(files.kept)) ? files.kept : undefined};
}

/**
 * Pushes to `repo` are not noticed any more, and its hook is as before, byte for byte. In a directory that repositories
 * share, ours stays as long as one of them needs it. May be repeated.
 * @throws CtrError CONFIG when our hook was edited, or replaced while an older one is kept: both are left as they are.
 */
export async function uninstallHook(repo: GitRepository): Promise<void> {
  // Without its launcher the hook does nothing here, even if a later step fails.
  await rm(launcherPath(repo), {force: true});
  const state = await readHookState(repo);
  if (state.kind === 'disabled') return;
  const directory = await findHookDirectory(repo);
  const files = hookFiles(directory);
  if (directory.isShared && !(await mayWrite(directory.path))) return;
  await translateRefusal(directory, async () => {
    if (directory.isShared && (await deleteHookUser(directory, repo.gitDir))) return;
    const current = await readHook(files.hook);
    if (current?.origin === 'changed') throw changedHook(files.hook);
    const isKept = await exists(files.kept);
    if (current?.origin === 'foreign') {
      // A second name of the same hook: an install ended before ours took the first name.
      if (isKept) await assertKeepable(files);
      await rm(files.kept, {force: true});
      return;
    }
    if (isKept) await rename(files.kept, files.hook);
    else await rm(files.hook, {force: true});
  });
}

interface HookFiles {
  readonly hook: string;
  readonly kept: string;
}

interface PresentHook {
  readonly origin: HookOrigin;
  readonly content: Buffer;
  readonly isExecutable: boolean;
}

function hookFiles({path}: HookDirectory): HookFiles {
  return {hook: join(path, 'post-receive'), kept: join(path, KEPT_NAME)};
}

function launcherPath({gitDir}: GitRepository): string {
  return join(gitDir, 'ctr', 'run');
}

async function stateOf(current: PresentHook | undefined, isWanted: boolean): Promise<HookState['kind']> {
  if (!isWanted) return 'absent';
  if (current?.origin === 'changed') return 'changed';
  if (current?.origin !== 'ours') return 'missing';
  return (await isCurrent(current)) ? 'installed' : 'outdated';
}

async function isCurrent({content, isExecutable}: PresentHook): Promise<boolean> {
  return isExecutable && content.equals(await readFile(SHIPPED_HOOK));
}

async function mayWrite(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** The hook as it is, through symbolic links; undefined when there is none. */
async function readHook(path: string): Promise<PresentHook | undefined> {
  try {
    const content = await readFile(path);
    const {mode} = await stat(path);
    return {origin: classifyHook(content), content, isExecutable: (mode & 0o111) !== 0};
  } catch (error) {
    if (!isMissing(error)) throw error;
    // A dangling link is a hook of the user, too.
    return (await exists(path))
      ? {origin: 'foreign', content: Buffer.alloc(0), isExecutable: false}
      : undefined;
  }
}

/** The hook also has its second name afterwards: a crash before ours takes the first name changes nothing. */
async function keepHook({hook, kept}: HookFiles): Promise<void> {
  await assertKeepable({hook, kept});
  if (await exists(kept)) return;
  killPoint('keep hook');
  const found = await lstat(hook);
  if (found.isSymbolicLink()) return symlink(await readlink(hook), kept);
  // A hard link keeps all attributes of the file. Some file systems have none.
  await link(hook, kept).catch(async () => {
    await copyFile(hook, kept);
    await chmod(kept, found.mode & 0o7777);
  });
}

async function assertKeepable({hook, kept}: HookFiles): Promise<void> {
  if ((await exists(kept)) && !(await isSameHook(hook, kept))) throw twoHooks({hook, kept});
}

async function isSameHook(hook: string, kept: string): Promise<boolean> {
  const [first, second] = [await lstat(hook), await lstat(kept)];
  if (first.isSymbolicLink() || second.isSymbolicLink()) {
    return first.mode === second.mode && (await readlink(hook)) === (await readlink(kept));
  }
  return first.mode === second.mode && (await readFile(hook)).equals(await readFile(kept));
}

/** Creates the folders that the hook writes to, and its launcher, usable by every user who may push. */
async function putLocalFiles(repo: GitRepository, command: readonly string[]): Promise<void> {
  const root = join(repo.gitDir, 'ctr');
  // Git has set the permissions of this folder by core.sharedRepository.
  const mode = (await stat(join(repo.gitDir, 'objects'))).mode & 0o7777;
  for (const name of ['', 'queue', 'queue/tmp', 'queue/new', 'log']) {
    const path = join(root, name);
    if (await exists(path)) continue;
    await mkdir(path);
    await chmod(path, mode);
  }
  // Created here and not by the first push: a push of root would make root its owner.
  await putEmptyFile(join(root, 'log', 'worker.log'), mode & 0o666);
  await replaceFile(launcherPath(repo), Buffer.from(launcherScript(command)), 0o755);
}

async function putEmptyFile(path: string, mode: number): Promise<void> {
  if (await exists(path)) return;
  await writeFile(path, '', {flag: 'a'});
  await chmod(path, mode);
}

async function replaceFile(path: string, content: Buffer, mode: number): Promise<void> {
  const fresh = `${path}.ctr-${process.pid}`;
  try {
    killPoint(`place ${basename(path)}`);
    await writeFile(fresh, content, {mode});
    await chmod(fresh, mode);
    await rename(fresh, path);
  } finally {
    await rm(fresh, {force: true});
  }
}

async function translateRefusal({path}: HookDirectory, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS' && code !== 'ENOTDIR' && code !== 'EEXIST')
      throw cause;
    throw new CtrError('CONFIG', `cannot write the hook in ${path}`, {
      hint: `Let a user who may do it once, for all repositories: install -m 755 ${fileURLToPath(SHIPPED_HOOK)} ${path}; or set core.hooksPath to another folder.`,
      cause,
    });
  }
}

function changedHook(hook: string): CtrError {
  return new CtrError('CONFIG', `the hook ${hook} was changed after ctr installed it`, {
    hint: `Put your part of it into ${KEPT_NAME} next to it, remove post-receive, and try again.`,
    data: {hook},
  });
}

function twoHooks({hook, kept}: HookFiles): CtrError {
  return new CtrError('CONFIG', `the hook ${hook} is not ctr's, and ${kept} is kept from before`, {
    hint: 'Make one of the two: remove the kept one, or put what both do into it and remove the other.',
    data: {hook, kept},
  });
}

/** ENOTDIR: core.hooksPath names a file, or something below one. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && MISSING.has(error.code);
}
