import {Bitmap} from '../../domain/bitmap.ts';
import {NO_SEQS, type SeqSets} from '../../domain/lease.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {SyncRun} from '../sync-run.ts';
import {deleteObjects, readNamedKeys} from './delete-objects.ts';
import {findDead} from './find-dead.ts';
import {type HeldLease, isNone} from './held-lease.ts';

/**
 * Deletes everything that refs have dropped and no live commit or ref needs. It starts after the refs have moved. Dead
 * numbers are first condemned under the lease, then deleted: a stale run cannot condemn, and a run that takes over
 * finishes the deletion before anything else.
 */
export async function removeDropped(run: SyncRun, lease: HeldLease, head: string | undefined): Promise<void> {
  if (isNone(lease.dropped)) return;
  run.enter('remove');
  const {store, settings} = run.deps;
  const {repo, history} = settings;
  const dead = await findDead({store, repo, history, head, snapshots: run.snapshots}, lease.dropped).catch(
    leaveToPrune,
  );
  await lease.put({dropped: NO_SEQS, condemned: dead});
  await deleteCondemned(run, lease);
}

/** If a part of the index cannot be read, the dead numbers are unknown. */
function leaveToPrune(error: unknown): SeqSets {
  if (error instanceof CtrError && error.code === 'INDEX_CORRUPT') return NO_SEQS;
  throw error;
}

/** Deletes everything that this run or an interrupted one has condemned. */
export async function deleteCondemned(run: SyncRun, lease: HeldLease): Promise<void> {
  if (isNone(lease.condemned)) return;
  run.enter('remove');
  // The run that condemned them may have been stopped, not killed.
  if (!lease.isTaken) await lease.put({});
  const {store, settings} = run.deps;
  const {commits, entries} = lease.condemned;
  run.counts.commitsRemoved += await store.deleteCommits(settings.repo, commits);
  // Objects before the entries that name them: a run that dies in between leaves no unknown objects.
  await deleteTheirObjects(run, lease);
  run.counts.entriesRemoved += await store.deleteEntries(settings.repo, entries);
  await lease.put({condemned: NO_SEQS});
}

/** Deletes the objects that only condemned entries need. */
async function deleteTheirObjects(run: SyncRun, lease: HeldLease): Promise<void> {
  const {store, settings} = run.deps;
  const {entries: condemned} = lease.condemned;
  using dead = Bitmap.parse(condemned);
  await store.refresh();
  for await (const entries of store.scanEntries({snapshot: condemned})) {
    const byKey = new Map(entries.flatMap(({objectKey, oid}) => (objectKey ? [[objectKey, oid]] : [])));
    const named = await readNamedKeys(
      {store, repo: settings.repo},
      byKey.values(),
      ({seq}) => !dead.has(seq),
    );
    for (const key of named) byKey.delete(key);
    await deleteObjects(run.deps, lease, byKey);
    run.counts.objectsRemoved += byKey.size;
  }
}
