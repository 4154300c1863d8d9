import type {WorkVerb} from '../../domain/running-work.ts';
import {openOutbox} from '../../events/outbox.ts';
import type {IndexSet} from '../../store/ports/generations.ts';
import {openEventRecorder} from '../../sync/ref-events/event-recorder.ts';
import type {SyncEvent} from '../../sync/sync-progress.ts';
import type {LockedDeps, SyncDeps} from '../../sync/sync-run.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {AppContext} from '../context.ts';
import {configuredHandlers, eventHandlers, startDelivery} from '../event-delivery.ts';
import {assertOwn} from '../ownership/assert-own.ts';
import {withStores} from '../stores/with-stores.ts';
import {localFiles} from '../workspace/local-files.ts';
import {type RepositoryWorkspace, syncSettings} from '../workspace/open-workspace.ts';
import {sayOnInterrupt} from './interruption.ts';
import {acquireRunLock, type SyncLockOptions} from './locks.ts';
import {openWorkFile, syncProgress, type WorkFile} from './work-file.ts';

/** No search of ours takes longer. */
const READERS_WAIT_MS = 60_000;

export interface RunLockedOptions extends SyncLockOptions {
  /** The name of this command, for other processes. */
  readonly verb: WorkVerb;
  readonly onEvent?: SyncDeps['onEvent'];
  /**
   * Excludes a reindex, and first drops the generation of an interrupted one: that needs objects that the index does not
   * know, and has documents that the index has dropped. `certainly`: fails if a reader still uses an old generation.
   */
  readonly dropsGenerations?: 'no' | 'if unused' | 'certainly';
  /** The caller fills a store that it confirms afterwards. */
  readonly isMoving?: boolean;
}

/**
 * Runs `work` on both stores under the sync's lock: sync, prune, forget and others use it. Other processes can see its
 * progress (`readRunningWork`). Starts the delivery of events that wait afterwards, of this run or of an interrupted one.
 */
export async function runLocked<T>(
  {now, env}: Pick<AppContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  {verb, onEvent = () => undefined, dropsGenerations = 'no', isMoving = false, ...lock}: RunLockedOptions,
  work: (deps: LockedDeps, shown: WorkFile) => Promise<T>,
): Promise<T> {
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  using locks = new DisposableStack();
  if (dropsGenerations !== 'no') locks.use(await acquireRunLock(workspace, 'reindex', lock));
  locks.use(await acquireRunLock(workspace, 'sync', lock));
  await assertOwn(workspace, {isMoving});
  const shown = locks.use(openWorkFile(files.work, {verb, now}));
  locks.use(sayOnInterrupt(workspace, shown, lock));
  const tell = (event: SyncEvent) => {
    if (event.type === 'progress') shown.show(syncProgress(event));
    onEvent(event);
  };
  const handlers = eventHandlers(workspace);
  const outbox = openOutbox(files.events, {handlers, configured: configuredHandlers(workspace)});
  outbox.dropOthers();
  // Also after a failure of this run: events of the last one must not wait for the next.
  using _delivery = {
    [Symbol.dispose]: () => {
      if (outbox.hasWaiting()) startDelivery({env}, workspace);
    },
  };
  return await withStores(workspace, async (stores) => {
    if (dropsGenerations !== 'no') await dropGenerations(stores.store, dropsGenerations);
    const recorder = {
      store: stores.store,
      outbox,
      repository: {id: settings.repo, name: settings.name},
      refs: workspace.config.settings['ctr.events.refs'],
    };
    // What a run that died has prepared is told to its handlers, also where this run has none.
    const hasEvents = handlers.length > 0 || outbox.hasPrepared();
    const events = hasEvents ? openEventRecorder(recorder) : undefined;
    const {repository} = workspace;
    const deps = {...stores, repository, settings, failuresFile: files.failures, events, onEvent: tell, now};
    return work(deps, shown);
  });
}

/** Drops all generations but the current one. `certainly`: @throws BACKEND_UNAVAILABLE if a reader still uses an old one. */
export async function dropGenerations(store: IndexSet, how: 'if unused' | 'certainly'): Promise<void> {
  await store.dropNext();
  await store.hasCollections();
  const areGone = await store.dropSuperseded(how === 'certainly' ? READERS_WAIT_MS : 0);
  if (areGone || how !== 'certainly') return;
  throw new CtrError(
    'BACKEND_UNAVAILABLE',
    'a reader still uses the index that the last reindex has replaced',
    {
      hint: 'Close what has it open (`ctr serve`, a search by the name of the old index), then try again.',
    },
  );
}
