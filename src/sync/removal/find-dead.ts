import {addTo, Bitmap, removeFrom} from '../../domain/bitmap.ts';
import type {EntrySummary} from '../../domain/entry.ts';
import type {SeqSets} from '../../domain/lease.ts';
import {scanLiveRefs} from '../../store/live-refs.ts';
import {SCAN_PATHS_MAX} from '../../store/ports/commits.ts';
import type {SnapshotReader} from '../../store/snapshot-reader.ts';
import {chunks} from '../../util/chunks.ts';
import type {SyncDeps} from '../sync-run.ts';
import {type LiveSeqs, readLiveSeqs} from './live-refs.ts';

const COMMITS_PER_READ = 500;

/** Where to look, and what for. */
export interface FindDeadDeps extends Pick<SyncDeps, 'store'> {
  readonly repo: string;
  readonly history: 'all' | 'refs';
  /** Full name of HEAD's branch: looked at first, since it shows the most. */
  readonly head: string | undefined;
  readonly snapshots: SnapshotReader;
}

/**
 * Which of the dropped commits no ref reaches, and which entries nothing that is live shows any more. Costs the
 * dropped commits, the refs, and the histories of the paths that the dropped commits alone had: never the whole
 * index. What cannot be told that way stays, for prune.
 *
 * An entry is live if a live commit's snapshot has it. Down the parents of that commit there is one that has the
 * entry and changed its path (or is a keyframe below it): so the live commits that changed the path tell.
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

/** Most often the first ref settles it: a merged branch was deleted. */
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

/** Adds what the dead commits show and their live parents do not. */
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
      // A keyframe that is not dead itself shows nothing that could be.
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

/** Takes out what live commits show that are no tips. */
async function subtractLiveHistory(deps: FindDeadDeps, candidates: Bitmap, live: LiveSeqs): Promise<void> {
  const history = live.commits.serialize();
  // Those that go are gone from the answer; the scan itself is of what was asked for.
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
    for (const {snapshot, paths} of batch) {
      if (snapshot === undefined) {
        // Its files were not indexed: what it shows cannot be told from here.
        for (const path of paths) for (const {seq} of asked.get(path) ?? []) candidates.delete(seq);
        continue;
      }
      removeFrom(candidates, snapshot.added);
      if (snapshot.base === undefined || seen.has(snapshot.base)) continue;
      seen.add(snapshot.base);
      removeFrom(candidates, await snapshots.readKeyframe(snapshot.base));
    }
  }
}
