import {Bitmap} from '../../domain/bitmap.ts';
import type {CommitRecord} from '../../domain/commit.ts';
import {lostCommit} from '../../domain/corrupt-index.ts';
import type {RefMove} from '../../domain/plan.ts';
import {commitOf, type RoutedMove, type TipContent} from '../apply-refs.ts';
import type {Observation} from '../observe.ts';
import type {HeldLease} from '../removal/held-lease.ts';
import type {SyncRun} from '../sync-run.ts';
import {isDamage, withEntryWriter} from './import-history.ts';
import {importTip, type KnownTip} from './tip-snapshots.ts';

/**
 * What the moved refs will show: each commit's stored snapshot, or, where commits are stored without one
 * (`ctr.history = refs`), its tree, whose new entries are stored and visible when this returns. A commit whose tree
 * cannot be read, by Git or in the index, is not in the answer: its ref stays where it is, and the failure is recorded.
 */
export async function readTipContents(
  run: SyncRun,
  {observation, lease}: {observation: Observation; lease: HeldLease},
  moves: readonly RoutedMove[],
): Promise<Map<string, TipContent>> {
  const {store, settings} = run.deps;
  const commits = [...new Set(moves.flatMap(({destination}) => commitOf(destination) ?? []))];
  const records = await store.readCommits(settings.repo, commits);
  await readKeyframesAhead(run, [...records.values()]);
  const contents = new Map<string, TipContent>();
  const withoutSnapshot: RoutedMove[] = [];
  for (const move of moves) {
    const commit = commitOf(move.destination);
    if (commit === undefined || contents.has(commit)) continue;
    await leavingDamaged(run, move, async () => {
      const record = records.get(commit);
      if (!record) throw lostCommit(commit);
      const snapshot = await run.snapshots.readSnapshot(record);
      if (snapshot) contents.set(commit, contentOf(record, snapshot));
      else withoutSnapshot.push(move);
    });
  }
  if (withoutSnapshot.length > 0 && !lease.isTaken) await lease.put({});
  for (const [commit, snapshot] of await importTrees(run, observation, withoutSnapshot)) {
    contents.set(commit, contentOf(records.get(commit)!, snapshot));
  }
  return contents;
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
): Promise<Map<string, Uint8Array>> {
  const trees = new Map<string, Uint8Array>();
  if (moves.length === 0) return trees;
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
      if (commit === undefined || trees.has(commit)) continue;
      const base = (await readTip(move.move.name)) ?? headTip ?? last;
      await leavingDamaged(run, move, async () => {
        const snapshot = await importTip({repository, writer}, {commit, base});
        trees.set(commit, snapshot);
        last = {commit, snapshot};
      });
    }
  });
  return trees;
}

/** A ref whose content cannot be read stays where it is, and the failure is recorded; the others go on. */
async function leavingDamaged(
  {failures}: SyncRun,
  {move, destination}: RoutedMove,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isDamage(error)) throw error;
    failures.add({kind: 'ref', name: move.name, oid: commitOf(destination)!, reason: error.message});
  }
}

function contentOf({oid, history}: CommitRecord, snapshot: Uint8Array): TipContent {
  using bitmap = Bitmap.parse(snapshot);
  return {commit: oid, snapshot, history, entryCount: bitmap.size};
}
