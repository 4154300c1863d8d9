import {reindex} from '../sync/reindex/reindex.ts';
import type {ReindexEvent, ReindexSummary} from '../sync/reindex/reindex-events.ts';
import {assertOwn} from './assert-own.ts';
import {type CliContext, localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';
import {runLocked} from './run-locked.ts';
import {acquireReindexLock} from './sync-lock.ts';

/**
 * One reindex, under a lock of its own: syncs go on beside it, but for its last moments.
 * @throws LOCKED when another reindex runs, or when a sync still runs after `waitMs`.
 */
export async function runReindex(
  context: Pick<CliContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  {waitMs, onWait, onEvent}: {waitMs: number; onWait: () => void; onEvent: (event: ReindexEvent) => void},
): Promise<ReindexSummary> {
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  using _lock = await acquireReindexLock(workspace, {waitMs: 0});
  await assertOwn(workspace);
  return await withStores(workspace, (stores) =>
    reindex({
      ...stores,
      repository: workspace.repository,
      settings,
      failuresFile: files.nextFailures,
      runLocked: (work) => runLocked(context, workspace, {waitMs, onWait}, work),
      onEvent,
      now: context.now,
    }),
  );
}
