import {Bitmap, isBitmap, union} from '../../domain/bitmap.ts';
import type {CommitNode} from '../../domain/commit.ts';
import {lostCommit} from '../../domain/corrupt-index.ts';
import {readTrees} from '../../git/refs.ts';
import {isDamage} from '../damage.ts';
import type {Observation} from '../observe.ts';
import {noteUnshown} from '../removal/dropped-seqs.ts';
import type {HeldLease} from '../removal/held-lease.ts';
import {BATCH_REFS, commitOf, type RoutedMove, type TipContent} from '../routed-move.ts';
import type {SyncRun} from '../sync-run.ts';
import {withEntryWriter} from './import-history.ts';
import {type KnownTip, NO_TREES, readTipTrees, type TipTrees} from './read-tip-trees.ts';

/**
 * Imports the trees of the first batch of tips, if commits are stored without snapshots (`ctr.history = refs`). Trees and
 * commits do not depend on each other then, so this can run while the commits are imported. The new entries are stored
 * and visible when this returns. Tips that failed the last time wait for their history.
 */
export async function importTreesAhead(
  run: SyncRun,
  observation: Observation,
  moves: readonly RoutedMove[],
): Promise<TipTrees> {
  if (run.deps.settings.history !== 'refs') return NO_TREES;
  const failed = new Set(run.failures.before.map(({oid}) => oid));
  const first = moves.slice(0, BATCH_REFS);
  return importTrees(
    run,
    observation,
    first.filter(({move}) => move.kind !== 'delete' && !failed.has(move.to)),
  );
}

/**
 * The snapshots that the moved refs will show: the stored one of each commit, or, if commits are stored without one
 * (`ctr.history = refs`), that of its tree, whose new entries are stored and visible when this returns. Commits whose tree
 * cannot be read, by Git or in the index, are omitted: their refs do not move, and the failure is recorded.
 */
export async function readTipContents(
  run: SyncRun,
  {observation, lease, ahead = NO_TREES}: {observation: Observation; lease: HeldLease; ahead?: TipTrees},
  moves: readonly RoutedMove[],
): Promise<Map<string, TipContent>> {
  const {store, settings} = run.deps;
  // Snapshots from the time of `all` may have lost entries: with `refs` only the entries that refs show are kept.
  const hasSnapshots = settings.history === 'all';
  const records = await store.readCommits(settings.repo, tipsOf(moves));
  if (hasSnapshots) await readKeyframesAhead(run, [...records.values()]);
  const contents = new Map<string, TipContent>();
  const damaged = new Map(ahead.damaged);
  const withoutSnapshot: RoutedMove[] = [];
  for (const move of moves) {
    const commit = commitOf(move.destination);
    if (commit === undefined || contents.has(commit) || damaged.has(commit)) continue;
    try {
      const record = records.get(commit);
      if (!record) throw lostCommit(commit);
      const snapshot = hasSnapshots ? await run.snapshots.readSnapshot(record) : ahead.snapshots.get(commit);
      if (snapshot) contents.set(commit, contentOf(record, snapshot));
      else withoutSnapshot.push(move);
    } catch (error) {
      if (!isDamage(error)) throw error;
      damaged.set(commit, error.message);
    }
  }
  if (withoutSnapshot.length > 0 && !lease.isTaken) await lease.put({});
  const trees = await importTrees(run, observation, withoutSnapshot);
  for (const [commit, snapshot] of trees.snapshots) {
    contents.set(commit, contentOf(records.get(commit)!, snapshot));
  }
  for (const [commit, reason] of trees.damaged) damaged.set(commit, reason);
  if (damaged.size > ahead.damaged.size) await noteUnshown(lease, union(ahead.added, trees.added));
  recordDamage(run, moves, damaged);
  return contents;
}

function tipsOf(moves: readonly RoutedMove[]): string[] {
  return [...new Set(moves.flatMap(({destination}) => commitOf(destination) ?? []))];
}

/** Only saves reads: a damaged keyframe is reported when its ref needs it. */
async function readKeyframesAhead({snapshots}: SyncRun, commits: readonly CommitNode[]): Promise<void> {
  try {
    await snapshots.readAhead(commits);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

/** The cost of a tree is its difference from a known one: the ref's old one, else HEAD's, else the previous one. */
async function importTrees(
  run: SyncRun,
  {head, indexed}: Observation,
  moves: readonly RoutedMove[],
): Promise<TipTrees> {
  if (moves.length === 0) return NO_TREES;
  const {store, settings, repository, damaged} = run.deps;
  const names = [...moves.map(({move}) => move.name), ...(head === undefined ? [] : [head])];
  const shown = await store.readRefs(
    settings.repo,
    names.filter((name) => indexed.get(name)?.state === 'live' && !damaged?.refs.has(name)),
  );
  const shownBy = (name: string | undefined): KnownTip | undefined => {
    const {commit, snapshot} = (name === undefined ? undefined : shown.get(name)) ?? {};
    return commit === undefined || !isBitmap(snapshot) ? undefined : {commit, snapshot};
  };
  return withEntryWriter(run, async (writer) => {
    const bases = [...shown.values()].flatMap(({commit}) => commit ?? []);
    const trees = await readTrees(repository, [...new Set([...tipsOf(moves), ...bases])]);
    const tips = new Map<string, KnownTip | undefined>();
    for (const {move, destination} of moves) {
      const commit = commitOf(destination);
      if (commit !== undefined && !tips.has(commit)) tips.set(commit, shownBy(move.name) ?? shownBy(head));
    }
    return readTipTrees({repository, writer, trees}, tips);
  });
}

/** A ref whose content cannot be read does not move. */
function recordDamage(
  {failures}: SyncRun,
  moves: readonly RoutedMove[],
  damaged: ReadonlyMap<string, string>,
): void {
  for (const {move, destination} of moves) {
    const oid = commitOf(destination);
    const reason = oid === undefined ? undefined : damaged.get(oid);
    if (reason !== undefined) failures.add({kind: 'ref', name: move.name, oid: oid!, reason});
  }
}

function contentOf({oid, history}: CommitNode, snapshot: Uint8Array): TipContent {
  using bitmap = Bitmap.parse(snapshot);
  return {commit: oid, snapshot, history, entryCount: bitmap.size};
}
