import {type BuildSettings, DERIVATION_VERSION, withSettings} from '../domain/build-settings.ts';
import type {RepositoryRecord} from '../store/index-store.ts';
import type {Observation} from './observe.ts';
import type {SyncSettings} from './settings.ts';
import type {SyncDeps} from './sync-run.ts';

/**
 * The collections exist and name this repository as their owner: before anything else is written, so that a second
 * repository under the same name is refused with nothing overwritten. Returns what the index says of it now.
 */
export async function claimRepository(deps: SyncDeps, {head, moves}: Observation): Promise<RepositoryRecord> {
  const {store, objects, repository, settings} = deps;
  const claimed = await readClaim(deps);
  if (!claimed) {
    await store.createCollections();
    await objects.createPlace();
  }
  const record: RepositoryRecord = {
    id: settings.repo,
    name: settings.name,
    // HEAD is shown when what it points at is there: see showHead.
    head: claimed ? claimed.head : head,
    objectFormat: repository.objectFormat,
    isShared: settings.isShared,
    builtWith: moves.some(({kind}) => kind !== 'delete')
      ? withSettings(claimed?.builtWith ?? [], buildSettingsOf(settings))
      : (claimed?.builtWith ?? []),
  };
  if (!claimed || !isSame(claimed, record)) await store.putRepository(record);
  return record;
}

/** Readers that name no ref read HEAD's branch: it changes after the refs have moved. */
export async function showHead(
  {store}: SyncDeps,
  record: RepositoryRecord,
  {head}: Observation,
): Promise<void> {
  if (record.head !== head) await store.putRepository({...record, head});
}

async function readClaim({store, settings}: SyncDeps): Promise<RepositoryRecord | undefined> {
  return (await store.listRepositories()).find(({id}) => id === settings.repo);
}

/** What of the settings decides how documents look. */
export function buildSettingsOf({history, exclude, textMaxBytes}: SyncSettings): BuildSettings {
  return {derivation: DERIVATION_VERSION, history, exclude, textMaxBytes};
}

function isSame(a: RepositoryRecord, b: RepositoryRecord): boolean {
  return (
    a.name === b.name &&
    a.head === b.head &&
    a.objectFormat === b.objectFormat &&
    a.isShared === b.isShared &&
    a.builtWith.length === b.builtWith.length
  );
}
