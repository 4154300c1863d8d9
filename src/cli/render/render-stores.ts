import type {OldStore, StoreStatus} from '../../app/stores/read-stores.ts';
import type {StoreOutcome} from '../../app/stores/remove-stores.ts';
import {escapeText} from '../../util/escape-text.ts';
import {formatBytes, formatCount} from '../../util/format.ts';
import type {Output} from './output.ts';

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

/** Advice about stores that could not be reached. */
export const UNREACHABLE_HINT =
  'Old stores may want other secrets than today: CTR_OLD_INDEX_PASSWORD, CTR_OLD_OBJECTS_ACCESS_KEY, CTR_OLD_OBJECTS_SECRET_KEY. ' +
  'Of a server that is gone for ever: git config --fixed-value --unset-all ctr.store <value>, as `ctr config ctr.store` has it.';
