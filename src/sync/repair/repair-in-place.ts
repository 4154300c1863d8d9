import {openBlobReader} from '../../git/blob-stream.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {BlobImporter} from '../import/blob-importer.ts';
import {hasBlob, type NewEntry} from '../import/make-entry.ts';
import {raiseCounter} from '../import/seq-blocks.ts';
import {deleteObjects, oidOf} from '../removal/delete-objects.ts';
import {takeLease} from '../removal/held-lease.ts';
import {deleteCondemned} from '../removal/remove-dead.ts';
import {openSyncRun, type SyncDeps} from '../sync-run.ts';
import type {EntryRepair, Examination, Repairs} from '../verify/examination.ts';

/**
 * Puts right what is certain, in the order in which sync writes: counters, stale documents, entries with their objects.
 * Commits and refs are left to the sync or rebuild that follows, as are entries without a number. A file that Git cannot
 * give any more stays as it is, and is added to `lost`: a damaged document may be all that is left of it.
 */
export async function repairInPlace(
  deps: SyncDeps,
  exam: Examination,
  {lost, isRebuilding}: {lost: Map<string, string>; isRebuilding: boolean},
): Promise<void> {
  const {store} = deps;
  const {repairs} = exam;
  // Without collections, sync makes everything.
  if (!(await store.hasCollections())) return;
  using run = openSyncRun(deps);
  const lease = await takeLease(store, deps.settings.repo);
  await deleteCondemned(run, lease);
  run.enter('repair');
  await raiseCounters(store, repairs);
  await findLost(deps, repairs, lost);
  const isReadable = (entry: EntryRepair | NewEntry) => !hasBlob(entry) || !lost.has(entry.oid);
  const entries = repairs.entries.filter(isReadable);
  const objects = repairs.objects.filter(({entry}) => isReadable(entry));
  // Before each step that deletes: a concurrent run that has taken over knows better what is there now.
  await lease.put({});
  const staleEntries = entries.flatMap(({staleKeys}) => staleKeys);
  await store.deleteDocuments('entries', [...repairs.extra.entries, ...staleEntries]);
  await store.deleteDocuments('commits', repairs.extra.commits);
  await store.deleteDocuments('refs', repairs.extra.refs);
  // A large object that is there with its size would be taken for whole.
  const broken = objects.map(({key, entry}): [string, string] => [key, entry.oid]);
  // A generation that is begun may need objects that the present one does not.
  const stale = isRebuilding ? [] : repairs.staleObjects.map((key): [string, string] => [key, oidOf(key)]);
  await deleteObjects(deps, lease, new Map([...broken, ...stale]));
  await lease.put({});
  const wanted = new Map<string, NewEntry>();
  for (const {staleKeys: _, seq, ...entry} of entries)
    if (seq !== undefined) wanted.set(entry.id, {...entry, seq});
  for (const {entry} of objects) if (!wanted.has(entry.id)) wanted.set(entry.id, entry);
  await using blobs = new BlobImporter(run);
  await blobs.rewrite([...wanted.values()]);
  await store.refresh();
  // A concurrent run that has taken over knows better what is there now.
  await lease.put({});
}

/** No number in use is given again, also none that only bitmaps still have. */
async function raiseCounters(store: IndexStore, {counters, seqs}: Repairs): Promise<void> {
  for (const series of ['entries', 'commits'] as const) {
    let last = counters.find((behind) => behind.series === series)?.last ?? -1;
    for (const seq of seqs[series].identified.values()) last = Math.max(last, seq);
    await raiseCounter(store, series, last + 1);
  }
}

/** Which of the needed blobs Git cannot give, and why. */
async function findLost({repository}: SyncDeps, repairs: Repairs, lost: Map<string, string>): Promise<void> {
  const needed = [...repairs.entries, ...repairs.objects.map(({entry}) => entry)].filter(hasBlob);
  const oids = [...new Set(needed.map(({oid}) => oid))];
  for await (const blob of openBlobReader(repository, {holdMaxBytes: 0}).read(oids)) {
    if ('missing' in blob) lost.set(blob.oid, 'Git does not have the blob any more');
    else if ('corrupt' in blob) lost.set(blob.oid, `Git cannot read the blob: ${blob.corrupt}`);
  }
}
