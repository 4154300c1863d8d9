import {hash} from 'node:crypto';
import {lstat, mkdir, readdir, readFile, realpath, rm, rmdir, writeFile} from 'node:fs/promises';
import {dirname, join, resolve} from 'node:path';
import {CtrError} from '../util/ctr-error.ts';
import {runGit, userEnvironment} from './git-process.ts';
import type {GitRepository} from './repository.ts';

/** Where Git looks for a repository's hooks. */
export interface HookDirectory {
  /** Absolute. May not exist. */
  readonly path: string;
  /** It is not the repository's own (core.hooksPath, or a symbolic link): other repositories may use it too. */
  readonly isShared: boolean;
}

/**
 * The directory that `core.hooksPath` of any configuration names, or the repository's own.
 * @throws CtrError CONFIG when the configuration turns hooks off.
 */
export async function findHookDirectory({gitDir}: GitRepository): Promise<HookDirectory> {
  // A relative core.hooksPath is relative to where hooks run: for post-receive, that is the repository itself.
  const output = await runGit(gitDir, ['rev-parse', '--git-path', 'hooks/post-receive'], {
    env: userEnvironment(),
    cwd: gitDir,
  });
  const path = dirname(resolve(gitDir, output.toString('utf8').replace(/\n$/, '')));
  // Git resolves an empty path to the root of the file system.
  if (path === '/' || path === '/dev/null') {
    const how = path === '/' ? 'is empty, which' : 'is /dev/null, which';
    throw new CtrError('CONFIG', `core.hooksPath ${how} turns all hooks off`, {
      hint: 'Unset core.hooksPath for this repository, or run "ctr sync" from cron or a timer.',
    });
  }
  return {path, isShared: (await realPath(path)) !== join(gitDir, 'hooks')};
}

/**
 * Records that the repository uses ctr's hook in a shared directory. Each repository has its own file, so that two
 * installs at the same time need no lock. The hook stays as long as one of them still has its launcher.
 */
export async function putHookUser({path}: HookDirectory, gitDir: string): Promise<void> {
  await mkdir(usersDirectory(path), {recursive: true});
  await writeFile(userFile(path, gitDir), `${gitDir}\n`);
}

/** The repository no longer uses the hook afterwards. True if another one does. */
export async function deleteHookUser({path}: HookDirectory, gitDir: string): Promise<boolean> {
  await rm(userFile(path, gitDir), {force: true});
  const directory = usersDirectory(path);
  for (const name of await readdir(directory).catch(() => [])) {
    const other = (await readFile(join(directory, name), 'utf8')).replace(/\n$/, '');
    // A repository that was removed without uninstalling must not keep the hook for ever.
    if (await exists(join(other, 'ctr', 'run'))) return true;
    await rm(join(directory, name), {force: true});
  }
  await rmdir(directory).catch(() => {});
  return false;
}

function usersDirectory(hooks: string): string {
  return join(hooks, 'post-receive.ctr-users');
}

function userFile(hooks: string, gitDir: string): string {
  return join(usersDirectory(hooks), hash('sha256', gitDir).slice(0, 16));
}

async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

/** True if the name exists, also as a dangling link. */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
