import {mkdir} from 'node:fs/promises';
import {acquireLock} from '../queue/lock.ts';
import {reindex} from '../sync/reindex.ts';
import type {ReindexEvent, ReindexSummary} from '../sync/reindex-events.ts';
import {CtrError} from '../util/ctr-error.ts';
import {assertNoCopy} from './assert-no-copy.ts';
import {type CliContext, localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';
import {assertInstalled, lockSyncs} from './run-sync.ts';

/**
 * One reindex, under a lock of its own: syncs go on beside it, but for its last moments.
 * @throws LOCKED when another reindex runs, or when a sync still runs after `waitMs`.
 */
export async function runReindex(
  {now}: Pick<CliContext, 'now'>,
  workspace: RepositoryWorkspace,
  {waitMs, onWait, onEvent}: {waitMs: number; onWait: () => void; onEvent: (event: ReindexEvent) => void},
): Promise<ReindexSummary> {
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  await mkdir(workspace.directory, {recursive: true});
  using lock = await acquireLock(files.reindexLock, {waitMs: 0});
  if (!lock) {
    throw new CtrError('LOCKED', `another reindex of ${workspace.gitDir} is running`, {
      hint: 'Wait until it has ended.',
    });
  }
  await assertInstalled(workspace);
  await assertNoCopy(workspace);
  return await withStores(workspace, (stores) =>
    reindex({
      ...stores,
      repository: workspace.repository,
      settings,
      failuresFile: files.failures,
      nextFailuresFile: files.nextFailures,
      lockSyncs: () => lockSyncs(workspace, {waitMs, onWait}),
      onEvent,
      now,
    }),
  );
}
