import {isSameIndex} from '../config/filled-store.ts';
import {reindex} from '../sync/reindex/reindex.ts';
import type {ReindexEvent, ReindexSummary} from '../sync/reindex/reindex-progress.ts';
import type {AppContext} from './context.ts';
import {sayOnInterrupt} from './locked/interruption.ts';
import {acquireRunLock, type SyncLockOptions} from './locked/locks.ts';
import {runLocked} from './locked/run-locked.ts';
import {openWorkFile, syncProgress, verifyProgress} from './locked/work-file.ts';
import {assertOwn} from './ownership/assert-own.ts';
import {findStoreChange, isGivenForOnce, type StoreChange, unconfirmed} from './stores/assert-confirmed.ts';
import {confirmStore, rememberStore} from './stores/store-memory.ts';
import {withStores} from './stores/with-stores.ts';
import {localFiles} from './workspace/local-files.ts';
import {type RepositoryWorkspace, syncSettings} from './workspace/open-workspace.ts';

export interface RunReindexOptions extends SyncLockOptions {
  readonly onEvent: (event: ReindexEvent) => void;
  /** Flags and environment are in the repository's settings by now. */
  readonly isInstalling?: boolean;
}

/**
 * One reindex, under a separate lock: syncs continue at the same time, except in its last moments.
 * @throws LOCKED if another reindex runs, or a sync still runs after `waitMs`.
 */
export async function runReindex(
  context: Pick<AppContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  {onInterrupt, onEvent, isInstalling = false, ...wait}: RunReindexOptions,
): Promise<ReindexSummary> {
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  using _lock = await acquireRunLock(workspace, 'reindex', {waitMs: 0});
  const change = findStoreChange(workspace);
  await assertOwn(workspace, {isMoving: change !== undefined});
  // What one command is told, the next sync does not know; an install has written it down.
  if (change && !isInstalling && isGivenForOnce(workspace)) throw unconfirmed(workspace, change);
  if (change) await beginMove(workspace, change);
  using shown = openWorkFile(files.reindexWork, {verb: 'reindex', now: context.now});
  using _said = sayOnInterrupt(workspace, shown, {onInterrupt});
  const isMoving = change !== undefined;
  const summary = await withStores(workspace, (stores) =>
    reindex({
      ...stores,
      repository: workspace.repository,
      settings,
      failuresFile: files.nextFailures,
      runLocked: (work) => runLocked(context, workspace, {verb: 'reindex', isMoving, ...wait}, work),
      onEvent(event) {
        if (event.type === 'progress') shown.show({...syncProgress(event), phase: 'build'});
        else if (event.type === 'checked') shown.show(verifyProgress(event));
        else if (event.type === 'phase') shown.show({phase: event.phase});
        onEvent(event);
      },
      now: context.now,
    }),
  );
  if (change && isSameIndex(change.from, change.to)) await confirmStore(workspace, change.to);
  return summary;
}

/**
 * A new index is confirmed as it is: it is filled from Git like any other. New objects under the same index are remembered,
 * and confirmed when every document names one of them.
 */
async function beginMove(workspace: RepositoryWorkspace, change: StoreChange): Promise<void> {
  const {from, to} = change;
  await withStores(workspace, async ({objects}) => {
    if (isSameIndex(from, to)) await rememberStore(workspace, to);
    else await confirmStore(workspace, to);
    await objects.createPlace();
  });
}
