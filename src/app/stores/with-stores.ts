import {openReader, type Reader} from '../../read/open-reader.ts';
import {type IndexLocation, type ObjectsLocation, openIndex, openObjects} from '../../store/open-stores.ts';
import type {IndexSet} from '../../store/ports/generations.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import type {ObjectStore} from '../../store/ports/object-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {Workspace} from '../workspace/open-workspace.ts';
import {assertReadable, findStoreChange, unconfirmed} from './assert-confirmed.ts';
import {indexLocationOf} from './locations.ts';
import type {Indexed} from './store-memory.ts';

export interface StoreLocations {
  readonly indexLocation: IndexLocation;
  readonly objectsLocation: ObjectsLocation;
}

/** Both stores of a workspace, for readers. */
export interface OpenStores extends AsyncDisposable {
  readonly store: IndexStore;
  /** Opened when the first object is read. */
  readonly openObjects: () => Promise<ObjectStore>;
}

export async function openStores({indexLocation, objectsLocation}: StoreLocations): Promise<OpenStores> {
  const store = await openIndex(indexLocation);
  let objects: Promise<ObjectStore> | undefined;
  return {
    store,
    openObjects() {
      objects ??= openObjects(objectsLocation).catch((error: unknown) => {
        // The next one who asks tries again.
        objects = undefined;
        throw error;
      });
      return objects;
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await (await objects?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * Runs `work` with a reader of the workspace's index, and closes what it opened.
 * @throws CONFIG where the settings name another store than the one that was confirmed.
 */
export async function withReader<T>(workspace: Workspace, work: (reader: Reader) => Promise<T>): Promise<T> {
  assertReadable(workspace);
  const {'ctr.id': id, 'ctr.name': name} = workspace.config.settings;
  await using stores = await openStores(workspace);
  // Awaited: the stores close when this block is left.
  return await work(await openReader(stores, {id, name}));
}

/** Runs `work` with both stores, and closes them. */
export async function withStores<T>(
  {indexLocation, objectsLocation}: StoreLocations,
  work: (stores: {store: IndexSet; objects: ObjectStore}) => Promise<T>,
): Promise<T> {
  await using store = await openIndex(indexLocation);
  await using objects = await openObjects(objectsLocation);
  return await work({store, objects});
}

/**
 * The index that the repository is in, also where the settings name another one by now.
 * @throws CONFIG where they do and that index cannot be reached: the change is what to tell of.
 */
export async function openConfirmedIndex(workspace: Indexed): Promise<IndexSet> {
  const change = findStoreChange(workspace);
  if (!change) return openIndex(workspace.indexLocation);
  try {
    return await openIndex(indexLocationOf(change.from, workspace));
  } catch (error) {
    throw error instanceof CtrError ? unconfirmed(workspace, change) : error;
  }
}
