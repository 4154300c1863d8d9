import {labelOfIndex, labelOfObjects, labelOfPlace, type StorePlace} from '../../config/filled-store.ts';
import {measureEmbeddedIndex} from '../../store/open-stores.ts';
import {findStoreChange, unconfirmed} from './assert-confirmed.ts';
import {type IndexedRepository, memoryOf, oldPlacesOf} from './store-memory.ts';

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
  const change = findStoreChange(workspace);
  const {message, hint} = change ? unconfirmed(workspace, change) : {};
  return {
    index: labelOfIndex(memory.inUse),
    objects: labelOfObjects(memory.inUse),
    old: oldPlacesOf(memory).map((place) => describePlace(place, workspace)),
    unconfirmed: message === undefined ? null : `${message}. ${hint}`,
  };
}

function describePlace(place: StorePlace, {directory}: IndexedRepository): OldStore {
  const {kind, store} = place;
  const isMeasured = kind === 'index' && store.index.url === 'embedded';
  return {kind, place: labelOfPlace(place), sizeBytes: isMeasured ? measureEmbeddedIndex(directory) : null};
}
