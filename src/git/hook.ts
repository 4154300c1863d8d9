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
import {deleteHookUser, findHookDirectory, type HookDirectory, putHookUser} from './hook-directory.ts';
import {classifyHook, type HookOrigin} from './hook-file.ts';
import {launcherScript} from './launcher.ts';
import type {GitRepository} from './repository.ts';

/** The hook as it is shipped: two levels up, from src/git as from dist/git. */
const SHIPPED_HOOK = new URL('../../hooks/post-receive', import.meta.url);
const MISSING: ReadonlySet<unknown> = new Set(['ENOENT', 'ELOOP', 'ENOTDIR']);
const KEPT_NAME = 'post-receive.before-ctr';

/**
 * How a repository's hook stands.
 * - `installed`: pushes are noticed
 * - `outdated`: ours, but of another version, or not executable: install again
 * - `absent`: ctr is not installed here, whatever hook there may be
 * - `missing`: ctr is installed here, but Git finds no hook, or one that is not ours: install again
 * - `changed`: ctr's hook was edited by somebody
 * - `disabled`: the configuration turns all hooks off
 */
export interface HookState {
  readonly kind: 'installed' | 'outdated' | 'absent' | 'missing' | 'changed' | 'disabled';
  /** The file that Git runs. Absent when hooks are disabled. */
  readonly hook?: string | undefined;
  /** Where the hook that was there before is kept; absent when there was none. */
  readonly keptHook?: string | undefined;
}

/** How the hook of `repo` stands. Changes nothing. */
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
 * A hook can be placed, as far as can be told without writing: `installHook` fails for another reason, if at all.
 * @throws CtrError CONFIG when hooks are turned off, when the hook was edited, or when there are two hooks to keep.
 */
export async function assertHookFits(repo: GitRepository): Promise<void> {
  const files = hookFiles(await findHookDirectory(repo));
  const current = await readHook(files.hook);
  if (current?.origin === 'changed') throw changedHook(files.hook);
  if (current?.origin === 'foreign') await assertKeepable(files);
}

/**
 * Pushes to `repo` are noticed afterwards: `command` is started with `sync --worker`. A hook that was there is kept
 * beside ours and still runs. May be repeated, also with another command. At no moment is there no hook.
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
  // Placed by somebody else, for all repositories, in a folder that is not ours to write.
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
 * Pushes to `repo` are not noticed any more, and its hook is what it was before, byte for byte. In a directory that
 * other repositories share, ours stays for as long as one of them needs it. May be repeated.
 * @throws CtrError CONFIG when our hook was edited, or replaced while an older one is kept: both are left as they are.
 */
export async function uninstallHook(repo: GitRepository): Promise<void> {
  // Without its launcher the hook does nothing here, whatever happens next.
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
      // The second name of one hook, where an install ended before ours took the first one.
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
    // A link that leads nowhere is somebody's all the same.
    return (await exists(path))
      ? {origin: 'foreign', content: Buffer.alloc(0), isExecutable: false}
      : undefined;
  }
}

/** The hook is also at its second name afterwards: a crash before ours takes the first one changes nothing. */
async function keepHook({hook, kept}: HookFiles): Promise<void> {
  await assertKeepable({hook, kept});
  if (await exists(kept)) return;
  killPoint('keep hook');
  const found = await lstat(hook);
  if (found.isSymbolicLink()) return symlink(await readlink(hook), kept);
  // A second name for the same file keeps everything about it. Some file systems have none to give.
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

/** The folders that the hook writes to, and what it starts: for everybody who may push. */
async function putLocalFiles(repo: GitRepository, command: readonly string[]): Promise<void> {
  const root = join(repo.gitDir, 'ctr');
  // In a repository that a group shares, Git has given this one its bits (core.sharedRepository).
  const mode = (await stat(join(repo.gitDir, 'objects'))).mode & 0o7777;
  for (const name of ['', 'queue', 'queue/tmp', 'queue/new', 'log']) {
    const path = join(root, name);
    if (await exists(path)) continue;
    await mkdir(path);
    await chmod(path, mode);
  }
  // Made here and not by the first push: a push of root would make it root's.
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
    hint: `Put your part of it into ${KEPT_NAME} beside it, remove post-receive, and try again.`,
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

/** Whether there is something of this name, be it a link that leads nowhere. */
async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
