import type {RepositoryRecord} from '../store/index-store.ts';
import type {Observation} from './observe.ts';
import type {SyncDeps} from './sync-run.ts';

/**
 * The collections exist and name this repository as their owner: before anything else is written, so that a second
 * repository under the same name is refused with nothing overwritten.
 */
export async function claimRepository(deps: SyncDeps, {head, moves}: Observation): Promise<void> {
  const {store, objects, repository, settings} = deps;
  const claimed = await readClaim(deps);
  const record: RepositoryRecord = {
    id: settings.repo,
    name: settings.name,
    // HEAD is shown when what it points at is there: see showHead.
    head: claimed ? claimed.head : head,
    objectFormat: repository.objectFormat,
    isShared: settings.isShared,
  };
  if (!claimed || moves.length > 0) {
    await store.createCollections();
    await objects.createPlace();
  }
  if (!claimed || !isSame(claimed, record)) await store.putRepository(record);
}

/** Readers that name no ref read HEAD's branch: it changes after the refs have moved. */
export async function showHead(deps: SyncDeps, {head}: Observation): Promise<void> {
  const claimed = await readClaim(deps);
  if (claimed && claimed.head !== head) await deps.store.putRepository({...claimed, head});
}

async function readClaim({store, settings}: SyncDeps): Promise<RepositoryRecord | undefined> {
  return (await store.listRepositories()).find(({id}) => id === settings.repo);
}

function isSame(a: RepositoryRecord, b: RepositoryRecord): boolean {
  return (
    a.name === b.name && a.head === b.head && a.objectFormat === b.objectFormat && a.isShared === b.isShared
  );
}
