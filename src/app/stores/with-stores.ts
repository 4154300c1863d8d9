import {openReader, type Reader} from '../../read/open-reader.ts';
import {openIndex, openObjects} from '../../store/open-stores.ts';
import type {IndexSet} from '../../store/ports/generations.ts';
import type {ObjectStore} from '../../store/ports/object-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {Workspace} from '../workspace/open-workspace.ts';
import {assertReadable, findStoreChange, unconfirmed} from './assert-confirmed.ts';
import {indexLocationOf} from './locations.ts';
import type {Indexed} from './store-memory.ts';

/**
 * Runs `work` with a reader of the workspace's index, and closes what it opened.
 * @throws CONFIG where the settings name another store than the one that was confirmed.
 */
export async function withReader<T>(workspace: Workspace, work: (reader: Reader) => Promise<T>): Promise<T> {
  assertReadable(workspace);
  const {config, indexLocation, objectsLocation} = workspace;
  const {settings} = config;
  await using stores = new AsyncDisposableStack();
  const store = stores.use(await openIndex(indexLocation));
  let objects: Promise<ObjectStore> | undefined;
  const reader = await openReader(
    {
      store,
      openObjects: () => (objects ??= openObjects(objectsLocation).then((opened) => stores.use(opened))),
    },
    {id: settings['ctr.id'], name: settings['ctr.name']},
  );
  // Awaited: the stores close when this block is left.
  return await work(reader);
}

/** Runs `work` with both stores, and closes them. */
export async function withStores<T>(
  {indexLocation, objectsLocation}: Workspace,
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
