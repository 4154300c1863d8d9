import type {SyncDeps} from '../sync/sync-run.ts';
import {type CliContext, localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';
import {assertOwn} from './run-sync.ts';
import {acquireSyncLock, type SyncLockOptions} from './sync-lock.ts';

/** Runs `work` on both stores while nobody else changes the index: what prune, forget and the like stand on. */
export async function runLocked<T>(
  {now}: Pick<CliContext, 'now'>,
  workspace: RepositoryWorkspace,
  {onEvent = () => undefined, ...lock}: SyncLockOptions & {onEvent?: SyncDeps['onEvent']},
  work: (deps: SyncDeps) => Promise<T>,
): Promise<T> {
  const settings = syncSettings(workspace);
  const {failures: failuresFile} = localFiles(workspace);
  using _lock = await acquireSyncLock(workspace, lock);
  await assertOwn(workspace);
  return await withStores(workspace, (stores) =>
    work({...stores, repository: workspace.repository, settings, failuresFile, onEvent, now}),
  );
}
