import {Bitmap} from '../../domain/bitmap.ts';
import type {CommitNode} from '../../domain/commit.ts';
import type {SeqSets} from '../../domain/lease.ts';
import {objectPrefixOf} from '../../store/ports/object-store.ts';
import {chunks} from '../../util/chunks.ts';
import {openSyncRun, type SyncDeps, type SyncRun} from '../sync-run.ts';
import {deleteObjects, oidOf, readNamedKeys} from './delete-objects.ts';
import {type HeldLease, takeLease} from './held-lease.ts';
import {readLiveEntries, readLiveSeqs} from './live-seqs.ts';
import {deleteCondemned} from './remove-dead.ts';
import {removeUnfinished, type UnfinishedReport} from './unfinished.ts';

const COMMITS_PER_WRITE = 500;

/** Number and size of the orphans of one kind. */
export interface PrunedKind {
  readonly count: number;
  /** An entry has the size of its blob, a commit that of its message and bitmaps. */
  readonly sizeBytes: number;
}

/** Orphans by kind: deleted, or to be deleted. */
export interface PruneReport {
  readonly type: 'prune';
  readonly isDryRun: boolean;
  readonly commits: PrunedKind;
  readonly entries: PrunedKind;
  readonly objects: PrunedKind;
  /** Snapshots of live commits whose files are not indexed any more (`ctr.history` is `refs` now). */
  readonly snapshots: PrunedKind;
  /** Tombstones older than `tombstoneAgeMs`. */
  readonly tombstones: PrunedKind;
  /** Remains of interrupted writes of objects. */
  readonly unfinished: UnfinishedReport;
}

export interface PruneOptions {
  readonly isDryRun: boolean;
  /** Tombstones younger than this stay: a client may still ask for the ref. */
  readonly tombstoneAgeMs: number;
}

/**
 * Deletes everything that no ref needs: full mark and sweep over all stores. Costs a walk over everything that is stored,
 * memory for bitmaps, and a rewrite of an embedded index that has bytes of deleted documents. The caller holds the repository's lock, and except for a dry run that of reindex.
 * @throws CONFLICT if another run takes the lease at the same time; then nothing that is needed was deleted.
 */
export async function prune(deps: SyncDeps, options: PruneOptions): Promise<PruneReport> {
  using run = openSyncRun(deps);
  const {store, settings} = deps;
  const lease = options.isDryRun ? undefined : await takeLease(store, settings.repo);
  if (lease) await deleteCondemned(run, lease);
  run.enter('mark');
  await store.refresh();
  using dead = await markDead(run);
  const report = {
    type: 'prune' as const,
    isDryRun: options.isDryRun,
    commits: await measure(store.scanCommits(settings.repo, {seqs: dead.sets.commits}), commitBytes),
    entries: await measure(store.scanEntries({snapshot: dead.sets.entries}), ({sizeBytes}) => sizeBytes),
    snapshots: await dropSnapshots(run, dead.commits, options),
  };
  // The sweep lists all stored objects, so it also finds those that no entry has ever named.
  const objects = await sweepObjects(run, dead.entries, undefined);
  if (lease) {
    // Entries are condemned before their objects are deleted: then no run relies on them any more.
    await lease.put({condemned: dead.sets});
    await deleteCondemned(run, lease);
    await sweepObjects(run, dead.entries, lease);
  }
  const tombstones = await dropTombstones(run, options);
  const unfinished = await removeUnfinished(deps, options);
  // Also what syncs have deleted since the last time: a deletion leaves the bytes in SQLite's file.
  if (lease && (await store.hasDeletedBytes())) await store.expunge();
  return {...report, objects, tombstones, unfinished};
}

interface Dead extends Disposable {
  readonly commits: Bitmap;
  readonly entries: Bitmap;
  readonly sets: SeqSets;
}

async function markDead({deps: {store, settings}}: SyncRun): Promise<Dead> {
  using live = await readLiveSeqs(store, {repo: settings.repo, head: undefined});
  using liveEntries = await readLiveEntries(store, settings, live);
  const commits = Bitmap.parse(await store.readStoredSeqs(settings.repo, 'commits'));
  commits.removeAll(live.commits);
  const entries = Bitmap.parse(await store.readStoredSeqs(settings.repo, 'entries'));
  entries.removeAll(liveEntries);
  return {
    commits,
    entries,
    sets: {commits: commits.serialize(), entries: entries.serialize()},
    [Symbol.dispose]() {
      commits[Symbol.dispose]();
      entries[Symbol.dispose]();
    },
  };
}

/** Number and size of the documents. */
async function measure<T>(
  batches: AsyncIterable<readonly T[]>,
  sizeOf: (document: T) => number,
): Promise<PrunedKind> {
  let count = 0;
  let sizeBytes = 0;
  for await (const documents of batches) {
    for (const document of documents) sizeBytes += sizeOf(document);
    count += documents.length;
  }
  return {count, sizeBytes};
}

function commitBytes({message, history, snapshot}: CommitNode): number {
  return Buffer.byteLength(message) + history.length + snapshotBytes(snapshot);
}

function snapshotBytes(snapshot: CommitNode['snapshot']): number {
  return snapshot ? snapshot.added.length + snapshot.removed.length : 0;
}

/** If only the files of refs are kept, the snapshot of another commit would name missing entries. */
async function dropSnapshots(
  {deps: {store, settings}}: SyncRun,
  dead: Bitmap,
  {isDryRun}: PruneOptions,
): Promise<PrunedKind> {
  let count = 0;
  let sizeBytes = 0;
  if (settings.history === 'all') return {count, sizeBytes};
  for await (const commits of store.scanCommits(settings.repo, {})) {
    const stale = commits.filter(({seq, snapshot}) => snapshot !== undefined && !dead.has(seq));
    for (const {snapshot} of stale) sizeBytes += snapshotBytes(snapshot);
    count += stale.length;
    if (isDryRun) continue;
    for (const batch of chunks(stale, COMMITS_PER_WRITE)) {
      const oids = batch.map(({oid}) => oid);
      const paths = await store.readCommitPaths(settings.repo, oids);
      await store.replaceCommits(
        batch.map(({snapshot: _dropped, ...rest}) => ({...rest, paths: paths.get(rest.oid)!})),
      );
    }
  }
  return {count, sizeBytes};
}

/** The objects of the repository that only dead entries need; with the lease, deletes them. */
async function sweepObjects(
  {deps}: SyncRun,
  dead: Bitmap,
  lease: HeldLease | undefined,
): Promise<PrunedKind> {
  const {store, objects, settings} = deps;
  async function* sweep() {
    for await (const listed of objects.list(objectPrefixOf(settings))) {
      const oids = listed.map(({key}) => oidOf(key));
      const named = await readNamedKeys({store, repo: settings.repo}, oids, ({seq}) => !dead.has(seq));
      const unneeded = listed.filter(({key}) => !named.has(key));
      if (lease) await deleteObjects(deps, lease, new Map(unneeded.map(({key}) => [key, oidOf(key)])));
      yield unneeded;
    }
  }
  return measure(sweep(), ({sizeBytes}) => sizeBytes);
}

async function dropTombstones(
  {deps: {store, settings, now}}: SyncRun,
  {isDryRun, tombstoneAgeMs}: PruneOptions,
): Promise<PrunedKind> {
  const before = new Date(Math.max(0, now().getTime() - tombstoneAgeMs)).toISOString();
  const old = (await store.listRefs(settings.repo)).filter(
    ({state, indexedAt}) => state === 'deleted' && indexedAt <= before,
  );
  if (!isDryRun) {
    const refs = old.map(({name, version}) => ({name, expected: version}));
    await store.deleteRefs(settings.repo, refs);
  }
  return {count: old.length, sizeBytes: 0};
}
