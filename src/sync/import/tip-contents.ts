import {Bitmap} from '../../domain/bitmap.ts';
import type {CommitRecord} from '../../domain/commit.ts';
import {lostCommit} from '../../domain/corrupt-index.ts';
import type {RefMove} from '../../domain/plan.ts';
import {BATCH_REFS, commitOf, type RoutedMove, type TipContent} from '../apply-refs.ts';
import type {Observation} from '../observe.ts';
import type {HeldLease} from '../removal/held-lease.ts';
import type {SyncRun} from '../sync-run.ts';
import {isDamage, withEntryWriter} from './import-history.ts';
import {importTip, type KnownTip} from './tip-snapshots.ts';

/** What the trees of some tips came to. */
export interface TipTrees {
  /** Commit to the seqs of its tree. */
  readonly snapshots: ReadonlyMap<string, Uint8Array>;
  /** Commit to why its tree cannot be read. */
  readonly damaged: ReadonlyMap<string, string>;
}

export const NO_TREES: TipTrees = {snapshots: new Map(), damaged: new Map()};

/**
 * Where commits are stored without snapshots (`ctr.history = refs`), the trees of the new commits among the first batch of
 * tips: neither needs the other, so that this can run while the commits are imported. Their new entries are stored
 * and visible when this returns.
 */
export async function importTreesAhead(
  run: SyncRun,
  observation: Observation,
  moves: readonly RoutedMove[],
): Promise<TipTrees> {
  const {store, settings} = run.deps;
  if (settings.history !== 'refs') return NO_TREES;
  const first = moves.slice(0, BATCH_REFS);
  const known = await store.readKnownCommits(settings.repo, tipsOf(first));
  return importTrees(
    run,
    observation,
    first.filter(({destination}) => !known.has(commitOf(destination) ?? '')),
  );
}

/**
 * What the moved refs will show: each commit's stored snapshot, or, where commits are stored without one
 * (`ctr.history = refs`), its tree, whose new entries are stored and visible when this returns. A commit whose tree
 * cannot be read, by Git or in the index, is not in the answer: its ref stays where it is, and the failure is recorded.
 */
export async function readTipContents(
  run: SyncRun,
  {observation, lease, ahead = NO_TREES}: {observation: Observation; lease: HeldLease; ahead?: TipTrees},
  moves: readonly RoutedMove[],
): Promise<Map<string, TipContent>> {
  const records = await run.deps.store.readCommits(run.deps.settings.repo, tipsOf(moves));
  await readKeyframesAhead(run, [...records.values()]);
  const contents = new Map<string, TipContent>();
  const damaged = new Map(ahead.damaged);
  const withoutSnapshot: RoutedMove[] = [];
  for (const move of moves) {
    const commit = commitOf(move.destination);
    if (commit === undefined || contents.has(commit) || damaged.has(commit)) continue;
    await notingDamage(damaged, commit, async () => {
      const record = records.get(commit);
      if (!record) throw lostCommit(commit);
      const snapshot = ahead.snapshots.get(commit) ?? (await run.snapshots.readSnapshot(record));
      if (snapshot) contents.set(commit, contentOf(record, snapshot));
      else withoutSnapshot.push(move);
    });
  }
  if (withoutSnapshot.length > 0 && !lease.isTaken) await lease.put({});
  const trees = await importTrees(run, observation, withoutSnapshot);
  for (const [commit, snapshot] of trees.snapshots) {
    contents.set(commit, contentOf(records.get(commit)!, snapshot));
  }
  recordDamage(run, moves, new Map([...damaged, ...trees.damaged]));
  return contents;
}

function tipsOf(moves: readonly RoutedMove[]): string[] {
  return [...new Set(moves.flatMap(({destination}) => commitOf(destination) ?? []))];
}

/** To save reads, and nothing else: one that is damaged is met again, by the ref that needs it. */
async function readKeyframesAhead({snapshots}: SyncRun, commits: readonly CommitRecord[]): Promise<void> {
  try {
    await snapshots.readAhead(commits);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

/** Each tree costs its difference from one that is known: the ref's old one, else HEAD's, else the one before. */
async function importTrees(
  run: SyncRun,
  {head, indexed}: Observation,
  moves: readonly RoutedMove[],
): Promise<TipTrees> {
  if (moves.length === 0) return NO_TREES;
  const snapshots = new Map<string, Uint8Array>();
  const damaged = new Map<string, string>();
  const {store, settings, repository} = run.deps;
  const readTip = async (name: RefMove['name'] | undefined): Promise<KnownTip | undefined> => {
    if (name === undefined || indexed.get(name)?.state !== 'live') return undefined;
    const record = (await store.readRefs(settings.repo, [name])).get(name);
    return record?.commit === undefined ? undefined : {commit: record.commit, snapshot: record.snapshot};
  };
  const headTip = await readTip(head);
  await withEntryWriter(run, async (writer) => {
    let last: KnownTip | undefined;
    for (const move of moves) {
      const commit = commitOf(move.destination);
      if (commit === undefined || snapshots.has(commit) || damaged.has(commit)) continue;
      const base = (await readTip(move.move.name)) ?? headTip ?? last;
      await notingDamage(damaged, commit, async () => {
        const snapshot = await importTip({repository, writer}, {commit, base});
        snapshots.set(commit, snapshot);
        last = {commit, snapshot};
      });
    }
  });
  return {snapshots, damaged};
}

/** What cannot be read is noted, and the others go on. */
async function notingDamage(
  damaged: Map<string, string>,
  commit: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isDamage(error)) throw error;
    damaged.set(commit, error.message);
  }
}

/** A ref whose content cannot be read stays where it is. */
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

function contentOf({oid, history}: CommitRecord, snapshot: Uint8Array): TipContent {
  using bitmap = Bitmap.parse(snapshot);
  return {commit: oid, snapshot, history, entryCount: bitmap.size};
}
