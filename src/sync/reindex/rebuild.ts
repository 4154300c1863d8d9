import type {RepositoryRecord} from '../../domain/repository.ts';
import {isUnusable} from '../../store/index-errors.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {deleteJsonFile} from '../../util/json-file.ts';
import {moveFailures} from '../failures.ts';
import {sync} from '../sync.ts';
import type {SyncSummary} from '../sync-progress.ts';
import type {LockedDeps, SyncDeps} from '../sync-run.ts';
import {type ReindexDeps, tell} from './next-generation.ts';
import {shareObjects} from './shared-objects.ts';

/** The result of a rebuild, and other repositories that it affects. */
export interface Rebuilt {
  readonly summary: SyncSummary;
  /** Known other repositories of a shared set: they are not in the new index yet. */
  readonly others: readonly string[];
}

/** The reason why the index must be built without the old one; undefined if a next generation can follow it. */
export async function findWhyUnusable({store, settings}: ReindexDeps): Promise<CtrError | undefined> {
  try {
    if (!(await store.hasCollections())) return new CtrError('NOT_FOUND', 'nothing was indexed');
    const loss = await store.findLoss(settings.repo);
    return isUnusable(loss) ? loss : undefined;
  } catch (error) {
    if (isUnusable(error)) return error;
    throw error;
  }
}

/**
 * Builds the index from Git alone, as an empty new generation that takes over in one step: for an index that is partly
 * lost or made by another ctr. No sync runs at the same time, and pushes wait in the queue. If it is killed before the
 * swap, the index is unchanged, and the next call starts again. Other repositories of a shared set are imported by their
 * own next sync. Moves of refs that no sync has seen before cause no events, because the old targets are unknown.
 * @throws CONFLICT if the index belongs to another repository.
 */
export async function rebuild(
  deps: ReindexDeps,
  {
    syncCurrent,
    onPut,
    onEvent,
  }: {
    syncCurrent: (locked: LockedDeps) => Promise<void>;
    onPut: () => void;
    onEvent: SyncDeps['onEvent'];
  },
): Promise<Rebuilt> {
  return deps.runLocked(async (locked) => {
    const others = await listOthers(deps);
    deleteJsonFile(deps.failuresFile);
    tell(deps, 'build');
    await using next = await locked.store.openFresh();
    const summary = await sync({
      ...deps,
      store: next,
      objects: shareObjects(deps.objects, onPut),
      onEvent,
    });
    tell(deps, 'swap');
    await locked.store.promoteNext();
    moveFailures(deps.failuresFile, locked.failuresFile);
    await syncCurrent(locked);
    return {summary, others: others.map(({name}) => name)};
  });
}

/** The other repositories of the set, as far as it can be read. */
async function listOthers({store, settings}: ReindexDeps): Promise<readonly RepositoryRecord[]> {
  const all = await store.listRepositories().catch((error: unknown): RepositoryRecord[] => {
    if (error instanceof CtrError && !error.isRetryable) return [];
    throw error;
  });
  const others = all.filter(({id}) => id !== settings.repo);
  const owner = others.find(({isShared}) => !isShared || !settings.isShared);
  if (!owner) return others;
  throw new CtrError('CONFLICT', `this index belongs to the repository ${owner.name} (${owner.id})`, {
    hint: 'Set another ctr.index.name, then run `ctr install`.',
  });
}
