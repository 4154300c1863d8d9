import type {RepositoryRecord} from '../../domain/repository.ts';
import {isUnusable} from '../../store/index-errors.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {deleteJsonFile} from '../../util/json-file.ts';
import {moveFailures} from '../failures.ts';
import {sync} from '../sync.ts';
import type {SyncSummary} from '../sync-events.ts';
import type {LockedDeps, SyncDeps} from '../sync-run.ts';
import {type ReindexDeps, tell} from './next-generation.ts';
import {shareObjects} from './shared-objects.ts';

/** What a rebuild did, and whom else it concerns. */
export interface Rebuilt {
  readonly summary: SyncSummary;
  /** Other repositories of a shared set, as far as they can be told: they are not in the new index yet. */
  readonly others: readonly string[];
}

/** Why the index has to be built without the old one; undefined where a next generation can follow it. */
export async function findWhyUnusable({store, settings}: ReindexDeps): Promise<CtrError | undefined> {
  try {
    if (!(await store.hasCollections())) return nothingThere();
    const loss = await store.findLoss(settings.repo);
    return isUnusable(loss) ? loss : undefined;
  } catch (error) {
    if (isUnusable(error)) return error;
    throw error;
  }
}

/**
 * The index is built from Git alone, by a generation that begins with nothing and takes over at once: for an index
 * that is lost in part or made by another ctr. No sync runs meanwhile, and pushes wait in the queue. Killed before it
 * took over, the index is as it was, and the next call begins again. Other repositories of a shared set are imported
 * by their own next sync. Moves of refs that no sync had seen before are told to no handler: nobody knows them.
 * @throws CONFLICT where the index belongs to another repository.
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

/** Who else lives in the set, as far as it can be read. */
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

function nothingThere(): CtrError {
  return new CtrError('NOT_FOUND', 'nothing was indexed');
}
