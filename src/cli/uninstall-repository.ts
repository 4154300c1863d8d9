import {mkdir, rm} from 'node:fs/promises';
import {deleteGitConfig} from '../git/git-config.ts';
import {uninstallHook} from '../git/hook.ts';
import {acquireLock} from '../queue/lock.ts';
import type {ObjectStore} from '../store/object-store.ts';
import {CtrError} from '../util/ctr-error.ts';
import {localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';

const LOCK_WAIT_MS = 600_000;

/**
 * The hook is out afterwards, byte for byte as it was before. With `isPurge` everything that was indexed is gone
 * from both stores, and so are the settings and the local folder.
 */
export async function uninstallRepository(
  workspace: RepositoryWorkspace,
  {isPurge}: {isPurge: boolean},
): Promise<void> {
  // The hook first: no push may start a worker while its index goes.
  await uninstallHook(workspace.repository);
  if (!isPurge) return;
  await mkdir(workspace.directory, {recursive: true});
  // Held to the end: a worker that waits for it must find that nothing is installed any more.
  using lock = await acquireLock(localFiles(workspace).syncLock, {waitMs: LOCK_WAIT_MS});
  if (!lock) throw new CtrError('LOCKED', 'a sync is still running', {hint: 'Try again when it is done.'});
  using reindexLock = await acquireLock(localFiles(workspace).reindexLock, {waitMs: 0});
  if (!reindexLock)
    throw new CtrError('LOCKED', 'a reindex is running', {hint: 'Try again when it is done.'});
  if (workspace.config.settings['ctr.id'] !== undefined) await dropIndexed(workspace);
  await deleteGitConfig(workspace.gitDir);
  await rm(workspace.directory, {recursive: true, force: true});
}

async function dropIndexed(workspace: RepositoryWorkspace): Promise<void> {
  const {repo, index} = syncSettings(workspace);
  await withStores(workspace, async ({store, objects}) => {
    await store.dropRepository(repo);
    // Where nothing was ever imported there is no place for objects yet, and that is no reason to fail.
    await objects.createPlace();
    await deleteObjects(objects, `${index}/${repo}/`);
  });
}

async function deleteObjects(objects: Pick<ObjectStore, 'list' | 'delete'>, prefix: string): Promise<void> {
  for await (const batch of objects.list(prefix)) await objects.delete(batch.map(({key}) => key));
}
