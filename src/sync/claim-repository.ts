import {type BuildSettings, DERIVATION_VERSION, withSettings} from '../domain/build-settings.ts';
import type {RepositoryRecord} from '../domain/repository.ts';
import type {ShallowBoundary} from '../git/shallow.ts';
import type {Observation} from './observe.ts';
import type {SyncSettings} from './settings.ts';
import type {SyncDeps} from './sync-run.ts';

type ClaimDeps = Pick<SyncDeps, 'store' | 'objects' | 'repository' | 'settings'>;

/**
 * The collections exist and name this repository as their owner: before anything else is written, so that a second
 * repository under the same name is refused with nothing overwritten. Where histories are stale, it names no boundary
 * until `confirmRepository`. Returns what the index says of it now.
 */
export async function claimRepository(
  deps: ClaimDeps,
  {head, moves, record: claimed, boundary}: Pick<Observation, 'head' | 'moves' | 'record' | 'boundary'>,
  {isStale}: {isStale: boolean},
): Promise<RepositoryRecord> {
  const {store, objects, repository, settings} = deps;
  if (!claimed) {
    await store.createCollections();
    await objects.createPlace();
  }
  const record: RepositoryRecord = {
    id: settings.repo,
    name: settings.name,
    // HEAD is shown when what it points at is there: see confirmRepository.
    head: claimed ? claimed.head : head,
    objectFormat: repository.objectFormat,
    isShared: settings.isShared,
    builtWith: moves.some(({kind}) => kind !== 'delete')
      ? withSettings(claimed?.builtWith ?? [], buildSettingsOf(settings))
      : (claimed?.builtWith ?? []),
    boundary: isStale ? undefined : claimed ? claimed.boundary : boundary.digest,
  };
  if (!claimed || !isSame(claimed, record)) await store.putRepository(record);
  return record;
}

/**
 * What holds when the refs have moved: readers that name no ref read HEAD's branch, and all histories agree with the
 * boundary, unless some of them could not be read.
 */
export async function confirmRepository(
  {store}: SyncDeps,
  record: RepositoryRecord,
  {head, boundary, hasStale}: {head: string | undefined; boundary: ShallowBoundary; hasStale: boolean},
): Promise<void> {
  const confirmed = {...record, head, boundary: hasStale ? record.boundary : boundary.digest};
  if (!isSame(confirmed, record)) await store.putRepository(confirmed);
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
    a.boundary === b.boundary &&
    a.builtWith.length === b.builtWith.length
  );
}
