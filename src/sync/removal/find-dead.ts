import {addTo, Bitmap, removeFrom} from '../../domain/bitmap.ts';
import type {EntrySummary} from '../../domain/entry.ts';
import type {SeqSets} from '../../domain/lease.ts';
import {SCAN_PATHS_MAX} from '../../store/ports/commits.ts';
import {scanLiveRefs} from '../../store/scan-live-refs.ts';
import type {SnapshotReader} from '../../store/snapshot-reader.ts';
import {chunks} from '../../util/chunks.ts';
import type {SyncDeps} from '../sync-run.ts';
import {type LiveSeqs, readLiveSeqs} from './live-seqs.ts';

const COMMITS_PER_READ = 500;

/** Parameters of `findDead`. */
export interface FindDeadDeps extends Pick<SyncDeps, 'store'> {
  readonly repo: string;
  readonly history: 'all' | 'refs';
  /** Full name of HEAD's branch: it is read first, since it shows the most. */
  readonly head: string | undefined;
  readonly snapshots: SnapshotReader;
}

/**
 * The dropped commits that no ref reaches, and the entries that no live commit or ref shows. The cost depends on the
 * dropped commits, the refs, and the histories of the paths that only the dropped commits had, never on the whole index.
 * Undecided cases are left to prune.
 *
 * An entry is live if a live commit's snapshot has it. Among the ancestors of that commit is one that has the entry and
 * changed its path (or is its keyframe). So it is enough to read the live commits that changed the path.
 */
export async function findDead(deps: FindDeadDeps, dropped: SeqSets): Promise<SeqSets> {
  using commits = Bitmap.parse(dropped.commits);
  using candidates = Bitmap.parse(dropped.entries);
  await subtractRefs(deps, {commits, candidates});
  await addShownBy(deps, commits, candidates);
  if (candidates.size > 0) {
    using live = await readLiveSeqs(deps.store, deps);
    candidates.removeAll(live.tips);
    if (deps.history === 'all') await subtractLiveHistory(deps, candidates, live);
  }
  return {commits: commits.serialize(), entries: candidates.serialize()};
}

/** Usually the first ref is enough: a merged branch was deleted. */
async function subtractRefs(
  deps: FindDeadDeps,
  {commits, candidates}: {commits: Bitmap; candidates: Bitmap},
): Promise<void> {
  for await (const {history, snapshot} of scanLiveRefs(deps.store, deps)) {
    removeFrom(commits, history);
    removeFrom(candidates, snapshot);
    if (commits.size === 0 && candidates.size === 0) return;
  }
}

/** Adds the entries that the dead commits show and their live parents do not. */
async function addShownBy(
  {store, repo, snapshots}: FindDeadDeps,
  dead: Bitmap,
  candidates: Bitmap,
): Promise<void> {
  if (dead.size === 0) return;
  using shown = Bitmap.of();
  const deadOids = new Set<string>();
  const parents = new Set<string>();
  for await (const batch of store.scanCommits(repo, {seqs: dead.serialize()})) {
    for (const record of batch) {
      // A keyframe that is not dead itself shows no dead entries.
      if (record.snapshot) addTo(shown, record.snapshot.added);
      deadOids.add(record.oid);
      for (const parent of record.parents) parents.add(parent);
    }
  }
  for (const oids of chunks([...parents.difference(deadOids)], COMMITS_PER_READ)) {
    for (const record of (await store.readCommits(repo, oids)).values()) {
      const snapshot = await snapshots.readSnapshot(record);
      if (snapshot) removeFrom(shown, snapshot);
    }
  }
  candidates.addAll(shown);
}

/** Removes the entries that live commits show, except tips. */
async function subtractLiveHistory(deps: FindDeadDeps, candidates: Bitmap, live: LiveSeqs): Promise<void> {
  const history = live.commits.serialize();
  // The set loses entries during the scan; the scan itself uses a copy.
  for await (const entries of deps.store.scanEntries({snapshot: candidates.serialize()})) {
    const byPath = Map.groupBy(entries, ({path}) => path);
    for (const paths of chunks([...byPath.keys()], SCAN_PATHS_MAX)) {
      const asked = new Map(paths.map((path) => [path, byPath.get(path)!]));
      await subtractPaths(deps, {candidates, history, asked});
    }
  }
}

async function subtractPaths(
  {store, repo, snapshots}: FindDeadDeps,
  {
    candidates,
    history,
    asked,
  }: {candidates: Bitmap; history: Uint8Array; asked: ReadonlyMap<string, readonly EntrySummary[]>},
): Promise<void> {
  const seen = new Set<string>();
  for await (const batch of store.scanCommits(repo, {seqs: history, paths: [...asked.keys()]})) {
    // The files of these commits were not indexed: an entry at a path that they changed may be one of them.
    const unknown = batch.filter(({snapshot}) => !snapshot).map(({oid}) => oid);
    for (const path of [...(await store.readCommitPaths(repo, unknown)).values()].flat()) {
      for (const {seq} of asked.get(path) ?? []) candidates.delete(seq);
    }
    for (const {snapshot} of batch) {
      if (!snapshot) continue;
      removeFrom(candidates, snapshot.added);
      if (snapshot.base === undefined || seen.has(snapshot.base)) continue;
      seen.add(snapshot.base);
      removeFrom(candidates, await snapshots.readKeyframe(snapshot.base));
    }
  }
}
