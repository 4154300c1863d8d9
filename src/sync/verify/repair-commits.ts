import {Bitmap, EMPTY_BITMAP, without} from '../../domain/bitmap.ts';
import {type Commit, type CommitRecord, orderOf, type StoredSnapshot} from '../../domain/commit.ts';
import {streamCommits} from '../../git/commit-stream.ts';
import {importHistory} from '../import/import-history.ts';
import type {SyncRun} from '../sync-run.ts';
import type {Repairs} from './examination.ts';
import type {WrongCommit} from './repairs.ts';
import {UNKNOWN_FROM} from './seq-agreement.ts';

const BATCH = 200;

interface CommitRepair {
  readonly run: SyncRun;
  readonly repairs: Repairs;
  /** Made and not stored yet, by oid. */
  readonly unwritten: Map<string, CommitRecord>;
  /** Of every commit that was made. */
  readonly orders: Map<string, number>;
}

/**
 * The documents of these commits are made anew: what Git says of them, under the number they have in the histories of
 * others, with the sets that they must have. A commit whose number nothing tells is imported, as if it were new; what
 * builds on it is then wrong in its turn, and named by the next look.
 */
export async function repairCommits(
  run: SyncRun,
  repairs: Repairs,
  lost: Map<string, string>,
): Promise<void> {
  const known = repairs.commits.filter(({seq}) => seq !== undefined);
  const newcomers = repairs.commits.filter(({seq}) => seq === undefined).map(({entry}) => entry.oid);
  // Parents first: orders and keyframes of the others follow from what these are then.
  const inOrder = known.toSorted((a, b) => a.standIn - b.standIn);
  await rewrite({run, repairs, unwritten: new Map(), orders: new Map()}, inOrder);
  if (newcomers.length === 0) return;
  const damaged = await importHistory(run, {tips: newcomers, known: [], numberFirst: undefined});
  for (const [oid, reason] of damaged) lost.set(oid, reason);
}

async function rewrite(repair: CommitRepair, wrong: readonly WrongCommit[]): Promise<void> {
  const {run, unwritten} = repair;
  const byOid = new Map(wrong.map((each) => [each.entry.oid, each]));
  let current: {commit: Commit; paths: string[]} | undefined;
  const flush = async () => {
    await run.deps.store.replaceCommits([...unwritten.values()]);
    unwritten.clear();
  };
  for await (const events of streamCommits(run.deps.repository, [wrong.map(({entry}) => entry)])) {
    for (const event of events) {
      if (event.type === 'commit') current = {commit: event.commit, paths: []};
      else if (event.type === 'change') current!.paths.push(event.path);
      else {
        const {commit, paths} = current!;
        const record = await makeRecord(repair, byOid.get(commit.oid)!, commit);
        unwritten.set(commit.oid, {...record, paths: event.combinedPaths ?? paths});
        if (unwritten.size >= BATCH) await flush();
      }
    }
  }
  await flush();
}

async function makeRecord(repair: CommitRepair, wrong: WrongCommit, commit: Commit): Promise<CommitRecord> {
  const {repairs, run, orders} = repair;
  const records = await readRecords(repair, [commit.oid, ...commit.parents]);
  const stored = records.get(commit.oid);
  const parents = commit.parents.map((oid) => records.get(oid));
  const order = orderOf(
    commit.committer,
    commit.parents.flatMap((oid) => orders.get(oid) ?? repairs.orderAt(oid) ?? records.get(oid)?.order ?? []),
  );
  orders.set(commit.oid, order);
  const history = wrong.history ? withNumbers(wrong.history, repairs.commitSeqs, wrong) : stored!.history;
  const snapshot = wrong.snapshot
    ? await storeSnapshot(repair, {oid: commit.oid, snapshot: wrong.snapshot, first: parents[0]})
    : stored?.snapshot;
  return {...commit, repo: run.deps.settings.repo, seq: wrong.seq!, order, paths: [], snapshot, history};
}

/** What is stored of these commits, or about to be, as far as it can be read. */
async function readRecords(
  {run, unwritten}: CommitRepair,
  oids: readonly string[],
): Promise<Map<string, CommitRecord>> {
  const {store, settings} = run.deps;
  const found = new Map<string, CommitRecord>();
  for await (const documents of store.auditCommits(settings.repo, {oids}))
    for (const {record} of documents) if (record) found.set(record.oid, record);
  for (const oid of oids) if (unwritten.has(oid)) found.set(oid, unwritten.get(oid)!);
  return found;
}

/** The set with the numbers that stand-ins turned out to have. */
function withNumbers(
  serialized: Uint8Array,
  numbers: ReadonlyMap<number, number>,
  own?: {standIn: number; seq: number | undefined},
): Uint8Array {
  using set = Bitmap.parse(serialized);
  for (const standIn of [...set].filter((seq) => seq >= UNKNOWN_FROM)) {
    set.delete(standIn);
    const seq = standIn === own?.standIn ? own.seq : numbers.get(standIn);
    if (seq !== undefined) set.add(seq);
  }
  return set.serialize();
}

/** As import stores it: a difference from the keyframe of the first parent. A keyframe where others build on it. */
async function storeSnapshot(
  repair: CommitRepair,
  {oid, snapshot, first}: {oid: string; snapshot: Uint8Array; first: CommitRecord | undefined},
): Promise<StoredSnapshot> {
  const {repairs} = repair;
  const whole = withNumbers(snapshot, repairs.entrySeqs);
  const keyframe = {added: whole, removed: EMPTY_BITMAP, spentBytes: 0};
  const base = first?.snapshot && (first.snapshot.base ?? first.oid);
  if (repairs.bases.has(oid) || base === undefined) return keyframe;
  const stored = (await readRecords(repair, [base])).get(base)?.snapshot;
  if (!stored || stored.base !== undefined) return keyframe;
  using set = Bitmap.parse(whole);
  using before = Bitmap.parse(stored.added);
  using come = without(set, before);
  using gone = without(before, set);
  const [added, removed] = [come.serialize(), gone.serialize()];
  const spentBytes = (first?.snapshot?.spentBytes ?? 0) + added.length + removed.length;
  return spentBytes < stored.added.length ? {base, added, removed, spentBytes} : keyframe;
}
