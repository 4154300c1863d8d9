import {openOutbox} from '../events/outbox.ts';
import {openEventRecorder} from '../sync/event-recorder.ts';
import type {SyncDeps} from '../sync/sync-run.ts';
import {assertOwn} from './assert-own.ts';
import {type CliContext, localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';
import {eventHandlers, startDelivery} from './event-delivery.ts';
import {acquireSyncLock, type SyncLockOptions} from './sync-lock.ts';

/**
 * Runs `work` on both stores while nobody else changes the index: what sync, prune, forget and the like stand on.
 * Events that wait afterwards, of this run or of one that died, are on their way to their handlers.
 */
export async function runLocked<T>(
  {now, env}: Pick<CliContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  {onEvent = () => undefined, ...lock}: SyncLockOptions & {onEvent?: SyncDeps['onEvent']},
  work: (deps: SyncDeps) => Promise<T>,
): Promise<T> {
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  using _lock = await acquireSyncLock(workspace, lock);
  await assertOwn(workspace);
  const handlers = eventHandlers(workspace);
  const outbox = openOutbox(files.events, handlers);
  outbox.dropOthers();
  // Whatever becomes of this run, what waits from the last one is not to wait for the next.
  using _delivery = {
    [Symbol.dispose]: () => {
      if (outbox.hasWaiting()) startDelivery({env}, workspace);
    },
  };
  return await withStores(workspace, (stores) => {
    const recorder = {
      store: stores.store,
      outbox,
      repository: {id: settings.repo, name: settings.name},
      refs: workspace.config.settings['ctr.events.refs'],
    };
    const events = handlers.length === 0 ? undefined : openEventRecorder(recorder);
    const {repository} = workspace;
    return work({...stores, repository, settings, failuresFile: files.failures, events, onEvent, now});
  });
}
