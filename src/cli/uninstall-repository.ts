import {rm} from 'node:fs/promises';
import {deleteGitConfig} from '../git/git-config.ts';
import {uninstallHook} from '../git/hook.ts';
import {type ObjectStore, objectPrefixOf} from '../store/object-store.ts';
import {removeUnfinished} from '../sync/removal/unfinished.ts';
import {localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';
import {acquireReindexLock, acquireSyncLock} from './sync-lock.ts';

const LOCK_WAIT_MS = 600_000;

/**
 * The hook is out afterwards, byte for byte as it was before, and nobody is told of anything any more. With `isPurge` everything that was indexed is gone
 * from both stores, and so are the settings and the local folder.
 */
export async function uninstallRepository(
  workspace: RepositoryWorkspace,
  {isPurge}: {isPurge: boolean},
): Promise<void> {
  // The hook first: no push may start a worker while its index goes.
  await uninstallHook(workspace.repository);
  await rm(localFiles(workspace).events, {recursive: true, force: true});
  if (!isPurge) return;
  using _reindexLock = await acquireReindexLock(workspace, {waitMs: LOCK_WAIT_MS});
  // Held to the end: a worker that waits for it must find that nothing is installed any more.
  using _lock = await acquireSyncLock(workspace, {waitMs: LOCK_WAIT_MS});
  if (workspace.config.settings['ctr.id'] !== undefined) await dropIndexed(workspace);
  await deleteGitConfig(workspace.gitDir);
  await rm(workspace.directory, {recursive: true, force: true});
}

async function dropIndexed(workspace: RepositoryWorkspace): Promise<void> {
  const settings = syncSettings(workspace);
  const {repo, index} = settings;
  await withStores(workspace, async ({store, objects}) => {
    await store.dropRepository(repo);
    // Where nothing was ever imported there is no place for objects yet, and that is no reason to fail.
    await objects.createPlace();
    await deleteObjects(objects, objectPrefixOf({index, repo}));
    await removeUnfinished({objects, settings}, {isDryRun: false});
  });
}

async function deleteObjects(objects: Pick<ObjectStore, 'list' | 'delete'>, prefix: string): Promise<void> {
  for await (const batch of objects.list(prefix)) await objects.delete(batch.map(({key}) => key));
}
