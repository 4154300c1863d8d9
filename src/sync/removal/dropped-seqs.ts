import {Bitmap, difference, isBitmap, union} from '../../domain/bitmap.ts';
import {NO_SEQS, type SeqSets} from '../../domain/lease.ts';
import type {RefRecord} from '../../domain/ref.ts';
import type {Observation} from '../observe.ts';
import type {SyncDeps} from '../sync-run.ts';
import {type HeldLease, isNone} from './held-lease.ts';

/**
 * Adds to the lease what these refs will stop showing when they are written. After that their old bitmaps are gone, and
 * a run that dies in between would leave unknown orphans.
 * @throws CONFLICT if another run has taken the lease.
 */
export async function noteDropped(
  {store, settings}: Pick<SyncDeps, 'store' | 'settings'>,
  {lease, indexed}: {lease: HeldLease; indexed: Observation['indexed']},
  next: readonly RefRecord[],
): Promise<void> {
  const moved = next.filter(({name}) => indexed.get(name)?.state === 'live');
  const names = moved.map(({name}) => name);
  const before =
    names.length === 0 ? new Map<string, RefRecord>() : await store.readRefs(settings.repo, names);
  const dropped = droppedSeqs(
    moved.flatMap((after) => ({before: before.get(after.name)!, after})),
    settings.history,
  );
  // If the lease is held, also without additions: a stale run must not move another ref.
  if (lease.isTaken || !isNone(dropped)) await lease.put({dropped: unionOf(lease.dropped, dropped)});
}

/**
 * Adds to the lease entries that were stored for refs which then could not be moved. The end of this sync removes those
 * that no other ref shows, as if a ref had dropped them.
 * @throws CONFLICT if another run has taken the lease.
 */
export async function noteUnshown(lease: HeldLease, entries: Uint8Array): Promise<void> {
  const unshown = {...NO_SEQS, entries};
  if (!isNone(unshown)) await lease.put({dropped: unionOf(lease.dropped, unshown)});
}

type Shown = Pick<RefRecord, 'snapshot' | 'history'>;

/**
 * The numbers that refs show before the move and not after. For a ref with damaged bitmaps they are unknown: prune finds
 * its orphans. If every commit's files are indexed, an entry that a ref drops is still shown by earlier commits: then
 * only the entries of dropped commits count.
 */
export function droppedSeqs(
  moves: readonly {readonly before: Shown; readonly after: Shown}[],
  history: 'all' | 'refs',
): SeqSets {
  using commits = Bitmap.of();
  using entries = Bitmap.of();
  for (const {before, after} of moves) {
    if (!isBitmap(before.history) || !isBitmap(before.snapshot)) continue;
    using lostCommits = difference(before.history, after.history);
    if (history === 'all' && lostCommits.size === 0) continue;
    using lostEntries = difference(before.snapshot, after.snapshot);
    commits.addAll(lostCommits);
    entries.addAll(lostEntries);
  }
  return {commits: commits.serialize(), entries: entries.serialize()};
}

function unionOf(a: SeqSets, b: SeqSets): SeqSets {
  return {commits: union(a.commits, b.commits), entries: union(a.entries, b.entries)};
}
