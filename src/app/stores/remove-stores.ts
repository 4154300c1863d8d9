import {type FilledStore, labelOfPlace, type StorePlace} from '../../config/filled-store.ts';
import {isUnusable} from '../../store/index-errors.ts';
import {
  deleteEmbeddedIndex,
  deleteEmbeddedPlace,
  measureEmbeddedIndex,
  openIndex,
  openObjects,
} from '../../store/open-stores.ts';
import type {IndexSet} from '../../store/ports/generations.ts';
import {type ObjectStore, objectPrefixOf} from '../../store/ports/object-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {indexLocationOf, objectsLocationOf} from './locations.ts';
import type {IndexedRepository} from './store-memory.ts';

/** The result for one index, or for one place of objects. */
export interface StoreOutcome extends StorePlace {
  /** For people; no secrets. */
  readonly place: string;
  /** `same`: the store in use, under another address. `unreachable`: its content is unknown. */
  readonly state: 'found' | 'removed' | 'same' | 'unreachable';
  /** Documents, or objects with unfinished writes. */
  readonly count: number;
  readonly sizeBytes: number;
  /** Why it could not be reached, in the words of the failure; null where it could. */
  readonly error: string | null;
}

export interface RemoveStoresOptions {
  readonly isDryRun: boolean;
  /** Undefined: none is to stay. */
  readonly inUse: FilledStore | undefined;
  /** Tests if a place is in use, before anything is deleted from it. */
  readonly isInUse: {
    readonly index: (store: FilledStore, opened: IndexSet) => Promise<boolean>;
    readonly objects: (store: FilledStore, opened: ObjectStore) => Promise<boolean>;
  };
}

/**
 * Deletes the content of the repository from these stores, none of which may be in use: documents, objects, unfinished
 * writes, collections without other repositories, and the files inside the repository. A store that cannot be reached is
 * reported, and does not stop the others.
 */
export async function removeStores(
  workspace: IndexedRepository,
  places: readonly StorePlace[],
  options: RemoveStoresOptions,
): Promise<StoreOutcome[]> {
  const outcomes: StoreOutcome[] = [];
  const isIndex = ({kind}: StorePlace) => kind === 'index';
  // Objects first: the documents that name them are the only list of them by path.
  for (const place of [...places.filter((one) => !isIndex(one)), ...places.filter(isIndex)]) {
    const remove = isIndex(place) ? removeIndex : removeObjects;
    const removal = await orUnreachable(() => remove(workspace, place.store, options));
    outcomes.push({...place, place: labelOfPlace(place), ...removal});
  }
  return outcomes;
}

type Removal = Pick<StoreOutcome, 'state' | 'count' | 'sizeBytes' | 'error'>;

async function orUnreachable(remove: () => Promise<Removal>): Promise<Removal> {
  try {
    return await remove();
  } catch (error) {
    if (!(error instanceof CtrError)) throw error;
    return {state: 'unreachable', count: 0, sizeBytes: 0, error: error.message};
  }
}

async function removeIndex(
  workspace: IndexedRepository,
  store: FilledStore,
  {isDryRun, isInUse}: RemoveStoresOptions,
): Promise<Removal> {
  const state = isDryRun ? 'found' : 'removed';
  if (store.index.url === 'embedded') {
    // Its own files: no other repository uses them, and they may be damaged, or of another version.
    const sizeBytes = measureEmbeddedIndex(workspace.directory);
    if (!isDryRun) deleteEmbeddedIndex(workspace.directory);
    return {state, count: 0, sizeBytes, error: null};
  }
  await using opened = await openIndex(indexLocationOf(store, workspace));
  // Also where another name stands before the same server.
  if (await isInUse.index(store, opened)) return {state: 'same', count: 0, sizeBytes: 0, error: null};
  if (await hasLostParts(opened, store.id)) {
    // Remains of an unusable index, if no other repository is known to be in it.
    if (!isDryRun) await opened.dropRepository(store.id);
    return {state, count: 0, sizeBytes: 0, error: null};
  }
  const isThere = (await opened.listRepositories()).some(({id}) => id === store.id);
  const {entries = 0, commits = 0, refs = 0, sizeBytes = 0} = isThere ? await opened.count(store.id) : {};
  if (!isDryRun && isThere) await opened.dropRepository(store.id);
  return {state, count: entries + commits + refs, sizeBytes, error: null};
}

async function hasLostParts(opened: IndexSet, id: string): Promise<boolean> {
  try {
    return (await opened.hasCollections()) && isUnusable(await opened.findLoss(id));
  } catch (error) {
    if (isUnusable(error)) return true;
    throw error;
  }
}

async function removeObjects(
  workspace: IndexedRepository,
  store: FilledStore,
  {isDryRun, inUse, isInUse}: RemoveStoresOptions,
): Promise<Removal> {
  const found = {count: 0, sizeBytes: 0};
  const prefix = objectPrefixOf({index: store.index.name, repo: store.id});
  await using opened = await openObjects(objectsLocationOf(store, workspace));
  try {
    if (await isInUse.objects(store, opened)) return {...found, state: 'same', error: null};
    for await (const batch of opened.list(prefix)) {
      add(found, batch);
      if (!isDryRun) await opened.delete(batch.map(({key}) => key));
    }
    for await (const puts of opened.listUnfinished(prefix)) {
      add(found, puts);
      if (!isDryRun) await opened.deleteUnfinished(puts);
    }
  } catch (error) {
    if (!isNoPlace(error)) throw error;
  }
  const isLast = store.objects.url === 'embedded' && inUse?.objects.url !== 'embedded';
  if (!isDryRun && isLast) deleteEmbeddedPlace(workspace.directory);
  return {...found, state: isDryRun ? 'found' : 'removed', error: null};
}

function add(sum: {count: number; sizeBytes: number}, found: readonly {readonly sizeBytes: number}[]): void {
  sum.count += found.length;
  for (const {sizeBytes} of found) sum.sizeBytes += sizeBytes;
}

/** True if the place of objects was never created, or is gone with its content. */
export function isNoPlace(error: unknown): boolean {
  return error instanceof CtrError && ['NoSuchBucket', 'ENOENT'].includes(String(error.data['code']));
}
