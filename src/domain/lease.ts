import {EMPTY_BITMAP, isBitmap} from './bitmap.ts';

/** Numbers of commits and of entries, each a roaring bitmap in the portable 32-bit format. */
export interface SeqSets {
  readonly commits: Uint8Array;
  readonly entries: Uint8Array;
}

/**
 * The last writer of a repository's part of the index, and the numbers that are being deleted: one document, changed by
 * compare-and-set only. Every run that writes takes it first. So a stale run (stopped, overtaken, then continued) cannot
 * condemn anything any more, and the run that has overtaken it knows the unfinished deletion.
 */
export interface Lease {
  /** Random id of the run that took the lease last. */
  readonly holder: string;
  /** Numbers that refs have stopped showing, or are about to: may be dead. The next holder checks them again. */
  readonly dropped: SeqSets;
  /** Dead numbers that are being deleted: the deletion is finished before anything else, and they are never shown again. */
  readonly condemned: SeqSets;
}

/** The stored lease; undefined if any of it is invalid. */
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
