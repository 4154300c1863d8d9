import {type BuildSettings, DERIVATION_VERSION, withSettings} from '../domain/build-settings.ts';
import type {RepositoryRecord} from '../domain/repository.ts';
import type {ShallowBoundary} from '../git/shallow.ts';
import type {Observation} from './observe.ts';
import type {SyncDeps} from './sync-run.ts';
import type {SyncSettings} from './sync-settings.ts';

type ClaimDeps = Pick<SyncDeps, 'store' | 'objects' | 'repository' | 'settings'>;

/**
 * Creates the collections, and records this repository as their owner. It is the first write, so a second repository
 * under the same name is refused before it overwrites anything. If histories are stale, the record has no boundary until
 * `confirmRepository`. Returns the current record.
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
  // A shared index has the form that its first repository has given it.
  const [first] = claimed ? [claimed] : await store.listRepositories();
  const record: RepositoryRecord = {
    id: settings.repo,
    name: settings.name,
    // Readers see HEAD only when its branch is indexed: see confirmRepository.
    head: claimed ? claimed.head : head,
    objectFormat: repository.objectFormat,
    isShared: settings.isShared,
    builtWith: moves.some(({kind}) => kind !== 'delete')
      ? withSettings(claimed?.builtWith ?? [], buildSettingsOf(settings), first?.builtWith[0])
      : (claimed?.builtWith ?? []),
    boundary: isStale ? undefined : claimed ? claimed.boundary : boundary.digest,
  };
  if (!claimed || !isSame(claimed, record)) await store.putRepository(record);
  return record;
}

/**
 * Completes the record after the refs have moved: HEAD's branch, which readers get by default, and the boundary that all
 * histories follow, unless some of them could not be read.
 */
export async function confirmRepository(
  {store}: SyncDeps,
  record: RepositoryRecord,
  {head, boundary, hasStale}: {head: string | undefined; boundary: ShallowBoundary; hasStale: boolean},
): Promise<void> {
  const confirmed = {...record, head, boundary: hasStale ? record.boundary : boundary.digest};
  if (!isSame(confirmed, record)) await store.putRepository(confirmed);
}

/** The settings on which documents depend. */
export function buildSettingsOf(settings: SyncSettings): BuildSettings {
  const {history, exclude, textMaxBytes, shards, substrings} = settings;
  return {derivation: DERIVATION_VERSION, history, exclude, textMaxBytes, shards, substrings};
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
