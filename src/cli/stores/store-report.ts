import {type FilledStore, labelOfIndex, labelOfObjects} from '../../config/filled-store.ts';
import {measureEmbeddedIndex} from '../../store/open-stores.ts';
import type {CtrError} from '../../util/ctr-error.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatBytes, formatCount} from '../../util/format.ts';
import type {Output} from '../output.ts';
import {findStoreChange, unconfirmed} from './assert-confirmed.ts';
import type {StoreOutcome} from './remove-stores.ts';
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

/** Asks nobody: what is remembered. */
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

export function renderStores({old, unconfirmed: why}: StoreStatus, output: Output): void {
  if (why !== null) output.line(`not confirmed: ${escapeText(why)}`);
  renderOldStores(old, output);
}

/** A line for each old store, and what to do about it. */
export function renderOldStores(old: readonly OldStore[], output: Output): void {
  for (const {place, sizeBytes} of old) {
    const size = sizeBytes === null ? '' : ` (${formatBytes(sizeBytes)})`;
    output.line(`old store: ${escapeText(place)}${size}`);
  }
  if (old.length > 0)
    output.note('`ctr prune --old-stores` removes what this repository has in its old stores.');
}

/** As programs get it. */
export function outcomesForPrograms(outcomes: readonly StoreOutcome[]) {
  return outcomes.map(({store: _store, ...outcome}) => outcome);
}

const VERBS: Readonly<Record<StoreOutcome['state'], string>> = {
  found: 'would be removed',
  removed: 'removed',
  same: 'is in use under another address: nothing was removed',
  unreachable: 'could not be reached, and is kept in mind',
};

/** A line for each store that was dealt with. */
export function renderOutcomes(outcomes: readonly StoreOutcome[], output: Output): void {
  for (const {kind, place, state, count, sizeBytes, error} of outcomes) {
    const things = kind === 'index' ? 'documents' : 'objects';
    const parts = [
      ...(count > 0 ? [`${formatCount(count)} ${things}`] : []),
      ...(sizeBytes > 0 ? [formatBytes(sizeBytes)] : []),
    ];
    const size = parts.length > 0 ? ` (${parts.join(', ')})` : '';
    const why = error === null ? '' : `: ${escapeText(error)}`;
    output.line(`${escapeText(place)}${size}: ${VERBS[state]}${why}`);
  }
}

/** What somebody can do about stores that could not be reached. */
export const UNREACHABLE_HINT =
  'Old stores may want other secrets than today: CTR_OLD_INDEX_PASSWORD, CTR_OLD_OBJECTS_ACCESS_KEY, CTR_OLD_OBJECTS_SECRET_KEY. ' +
  'Of a server that is gone for ever: git config --fixed-value --unset-all ctr.store <value>, as `ctr config ctr.store` has it.';
