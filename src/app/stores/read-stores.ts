import {type FilledStore, labelOfIndex, labelOfObjects} from '../../config/filled-store.ts';
import {measureEmbeddedIndex} from '../../store/open-stores.ts';
import type {CtrError} from '../../util/ctr-error.ts';
import {findStoreChange, unconfirmed} from './assert-confirmed.ts';
import {type IndexedRepository, memoryOf, oldStoresOf} from './store-memory.ts';

/** A place where the repository was indexed before, as `status` and `prune` name it. */
export interface OldStore {
  readonly kind: 'index' | 'objects';
  readonly place: string;
  /** On this machine's disk; null where only a server could tell. */
  readonly sizeBytes: number | null;
}

/** Where the repository is indexed, and where else something of it still is. */
export interface StoreStatus {
  readonly index: string;
  readonly objects: string;
  readonly old: readonly OldStore[];
  /** Why the settings of today are not followed, and what to do; null where they are. */
  readonly unconfirmed: string | null;
}

/** The remembered stores, without a request. */
export function readStores(workspace: IndexedRepository): StoreStatus | null {
  const memory = memoryOf(workspace);
  if (memory.inUse === undefined) return null;
  const {indexes, objects} = oldStoresOf(memory);
  const change = findStoreChange(workspace);
  return {
    index: labelOfIndex(memory.inUse),
    objects: labelOfObjects(memory.inUse),
    old: [...indexes.map((store) => oldIndex(store, workspace)), ...objects.map(oldObjects)],
    unconfirmed: change === undefined ? null : sentenceOf(unconfirmed(workspace, change)),
  };
}

function oldIndex(store: FilledStore, {directory}: IndexedRepository): OldStore {
  const sizeBytes = store.index.url === 'embedded' ? measureEmbeddedIndex(directory) : null;
  return {kind: 'index', place: labelOfIndex(store), sizeBytes};
}

function oldObjects(store: FilledStore): OldStore {
  return {kind: 'objects', place: labelOfObjects(store), sizeBytes: null};
}

function sentenceOf({message, hint}: CtrError): string {
  return `${message}. ${hint}`;
}
