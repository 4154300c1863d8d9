import {EMPTY_BITMAP, isBitmap} from './bitmap.ts';

/** Numbers of commits and of entries, each a roaring bitmap in the portable 32-bit format. */
export interface SeqSets {
  readonly commits: Uint8Array;
  readonly entries: Uint8Array;
}

/**
 * Who wrote last to a repository's part of the index, and what of it is on its way out: one document, changed by
 * compare-and-set only. Every run that writes takes it first, so a run that was overtaken (stopped, then continued)
 * cannot condemn anything any more, and whoever overtook it knows what was being deleted.
 */
export interface Lease {
  /** Random id of the run that took the lease last. */
  readonly holder: string;
  /** What refs have stopped showing, or are about to: may be dead. Looked at again by whoever takes the lease. */
  readonly dropped: SeqSets;
  /** Dead, and being deleted: deletion is finished before anything else, and none of these is ever shown again. */
  readonly condemned: SeqSets;
}

/** The lease that was stored; undefined where any of it cannot be what was. */
export function checkLease({
  holder,
  dropped,
  condemned,
}: {[Member in keyof Lease]: unknown}): Lease | undefined {
  if (typeof holder !== 'string' || !areSeqSets(dropped) || !areSeqSets(condemned)) return undefined;
  return {holder, dropped, condemned};
}

function areSeqSets(sets: unknown): sets is SeqSets {
  const {commits, entries} = (sets ?? {}) as Record<string, unknown>;
  return isBitmap(commits) && isBitmap(entries);
}

export const NO_SEQS: SeqSets = {commits: EMPTY_BITMAP, entries: EMPTY_BITMAP};
