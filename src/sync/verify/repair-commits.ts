import {Bitmap, EMPTY_BITMAP, without} from '../../domain/bitmap.ts';
import type {Commit, CommitRecord, StoredSnapshot} from '../../domain/commit.ts';
import {streamCommits} from '../../git/commit-stream.ts';
import type {StoredDocument} from '../../store/index-store.ts';
import {importHistory} from '../import/import-history.ts';
import type {SyncRun} from '../sync-run.ts';
import type {Repairs} from './examination.ts';
import type {WrongCommit} from './repairs.ts';
import {UNKNOWN_FROM} from './seq-agreement.ts';

const BATCH = 200;

interface CommitRepair {
  readonly run: SyncRun;
  readonly repairs: Repairs;
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
  const repair = {run, repairs};
  // Keyframes first: the others are differences from what these are then.
  const isBase = ({entry}: WrongCommit) => repairs.bases.has(entry.oid);
  await rewrite(repair, known.filter(isBase));
  await rewrite(
    repair,
    known.filter((wrong) => !isBase(wrong)),
  );
  if (newcomers.length === 0) return;
  const damaged = await importHistory(run, {tips: newcomers, known: [], numberFirst: undefined});
  for (const [oid, reason] of damaged) lost.set(oid, reason);
}

async function rewrite(repair: CommitRepair, wrong: readonly WrongCommit[]): Promise<void> {
  const {store} = repair.run.deps;
  const byOid = new Map(wrong.map((each) => [each.entry.oid, each]));
  let current: {commit: Commit; paths: string[]} | undefined;
  let records: CommitRecord[] = [];
  const flush = async () => {
    await store.replaceCommits(records);
    records = [];
  };
  for await (const events of streamCommits(repair.run.deps.repository, [wrong.map(({entry}) => entry)])) {
    for (const event of events) {
      if (event.type === 'commit') current = {commit: event.commit, paths: []};
      else if (event.type === 'change') current!.paths.push(event.path);
      else {
        const {commit, paths} = current!;
        const record = await makeRecord(repair, byOid.get(commit.oid)!, commit);
        records.push({...record, paths: event.combinedPaths ?? paths});
        if (records.length >= BATCH) await flush();
      }
    }
  }
  await flush();
}

async function makeRecord(repair: CommitRepair, wrong: WrongCommit, commit: Commit): Promise<CommitRecord> {
  const {repairs, run} = repair;
  const documents = await readDocuments(run, [commit.oid, ...commit.parents]);
  const stored = documents.get(commit.oid)?.record;
  const parents = commit.parents.map((oid) => documents.get(oid)?.record);
  const order = Math.max(
    commit.committer.timeSeconds,
    ...parents.map((parent) => parent?.order ?? -Infinity),
  );
  const history = wrong.history ? withNumbers(wrong.history, repairs.commitSeqs, wrong) : stored!.history;
  const snapshot = wrong.snapshot
    ? await storeSnapshot(repair, {oid: commit.oid, snapshot: wrong.snapshot, first: parents[0]})
    : stored?.snapshot;
  return {...commit, repo: run.deps.settings.repo, seq: wrong.seq!, order, paths: [], snapshot, history};
}

async function readDocuments(
  {deps: {store, settings}}: SyncRun,
  oids: readonly string[],
): Promise<Map<string, StoredDocument<CommitRecord>>> {
  const found = new Map<string, StoredDocument<CommitRecord>>();
  for await (const documents of store.auditCommits(settings.repo, {oids}))
    for (const document of documents) if (document.record) found.set(document.record.oid, document);
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
  {run, repairs}: CommitRepair,
  {oid, snapshot, first}: {oid: string; snapshot: Uint8Array; first: CommitRecord | undefined},
): Promise<StoredSnapshot> {
  const whole = withNumbers(snapshot, repairs.entrySeqs);
  const keyframe = {added: whole, removed: EMPTY_BITMAP, spentBytes: 0};
  const base = first?.snapshot && (first.snapshot.base ?? first.oid);
  if (repairs.bases.has(oid) || base === undefined) return keyframe;
  const stored = (await readDocuments(run, [base])).get(base)?.record?.snapshot;
  if (!stored || stored.base !== undefined) return keyframe;
  using set = Bitmap.parse(whole);
  using before = Bitmap.parse(stored.added);
  using come = without(set, before);
  using gone = without(before, set);
  const [added, removed] = [come.serialize(), gone.serialize()];
  const spentBytes = (first?.snapshot?.spentBytes ?? 0) + added.length + removed.length;
  return spentBytes < stored.added.length ? {base, added, removed, spentBytes} : keyframe;
}
