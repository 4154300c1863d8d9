import {reindex} from '../sync/reindex/reindex.ts';
import type {ReindexEvent, ReindexSummary} from '../sync/reindex/reindex-events.ts';
import {assertOwn} from './assert-own.ts';
import {type CliContext, localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';
import {sayOnInterrupt} from './interruption.ts';
import {runLocked} from './run-locked.ts';
import {acquireReindexLock, type SyncLockOptions} from './sync-lock.ts';
import {openWorkFile, syncProgress, verifyProgress} from './work-file.ts';

/**
 * One reindex, under a lock of its own: syncs go on beside it, but for its last moments.
 * @throws LOCKED when another reindex runs, or when a sync still runs after `waitMs`.
 */
export async function runReindex(
  context: Pick<CliContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  {onInterrupt, onEvent, ...wait}: SyncLockOptions & {onEvent: (event: ReindexEvent) => void},
): Promise<ReindexSummary> {
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  using _lock = await acquireReindexLock(workspace, {waitMs: 0});
  await assertOwn(workspace);
  using shown = openWorkFile(files.reindexWork, {verb: 'reindex', now: context.now});
  using _said = sayOnInterrupt(workspace, shown, {onInterrupt});
  return await withStores(workspace, (stores) =>
    reindex({
      ...stores,
      repository: workspace.repository,
      settings,
      failuresFile: files.nextFailures,
      runLocked: (work) => runLocked(context, workspace, {verb: 'reindex', ...wait}, work),
      onEvent(event) {
        if (event.type === 'progress') shown.show({...syncProgress(event), phase: 'build'});
        else if (event.type === 'checked') shown.show(verifyProgress(event));
        else if (event.type === 'phase') shown.show({phase: event.phase});
        onEvent(event);
      },
      now: context.now,
    }),
  );
}
