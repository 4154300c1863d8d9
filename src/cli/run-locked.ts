import type {IndexSet} from '../store/index-store.ts';
import type {SyncDeps} from '../sync/sync-run.ts';
import {CtrError} from '../util/ctr-error.ts';
import {type CliContext, localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';
import {assertOwn} from './run-sync.ts';
import {acquireReindexLock, acquireSyncLock, type SyncLockOptions} from './sync-lock.ts';

/** No search of ours takes longer. */
const READERS_WAIT_MS = 60_000;

export interface RunLockedOptions extends SyncLockOptions {
  readonly onEvent?: SyncDeps['onEvent'];
  /**
   * No reindex runs meanwhile, and what an interrupted one has built is dropped before: it needs objects that the
   * index does not know of, and holds what the index has dropped. `certainly`: a failure where somebody still reads
   * an old generation.
   */
  readonly dropsGenerations?: 'no' | 'if unused' | 'certainly';
}

/** Runs `work` on both stores while nobody else changes the index: what prune, forget and the like stand on. */
export async function runLocked<T>(
  {now}: Pick<CliContext, 'now'>,
  workspace: RepositoryWorkspace,
  {onEvent = () => undefined, dropsGenerations = 'no', ...lock}: RunLockedOptions,
  work: (deps: SyncDeps) => Promise<T>,
): Promise<T> {
  const settings = syncSettings(workspace);
  const {failures: failuresFile} = localFiles(workspace);
  using locks = new DisposableStack();
  if (dropsGenerations !== 'no') locks.use(await acquireReindexLock(workspace, lock));
  locks.use(await acquireSyncLock(workspace, lock));
  await assertOwn(workspace);
  return await withStores(workspace, async (stores) => {
    if (dropsGenerations !== 'no') await dropGenerations(stores.store, dropsGenerations);
    return work({...stores, repository: workspace.repository, settings, failuresFile, onEvent, now});
  });
}

async function dropGenerations(store: IndexSet, how: 'if unused' | 'certainly'): Promise<void> {
  await store.dropNext();
  await store.hasCollections();
  const areGone = await store.dropSuperseded(how === 'certainly' ? READERS_WAIT_MS : 0);
  if (areGone || how !== 'certainly') return;
  throw new CtrError(
    'BACKEND_UNAVAILABLE',
    'somebody still reads the index that the last reindex has replaced',
    {
      hint: 'Close whatever searches it by its own name, then try again.',
    },
  );
}
