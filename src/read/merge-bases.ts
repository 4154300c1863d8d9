import {difference, intersection, removeFrom} from '../domain/bitmap.ts';
import type {CommitNode} from '../domain/commit.ts';
import {type DatedCommit, firstCommon} from '../domain/first-common.ts';
import type {Reader} from './open-reader.ts';
import {listCommits} from './read-log.ts';

/** Limit for crossing histories, which can have any number of merge bases. */
const BASES_MAX = 50;
/** Commits that are walked to choose between merge bases of the same second. */
const WALKED_MAX = 2000;

type Side = {readonly commit: string; readonly history: Uint8Array};

/**
 * The best common ancestors of two commits, that which Git compares with first: common commits that no other common
 * commit reaches, the latest by its committer's date before the others. None where the histories have nothing in
 * common. Source: git-merge-base(1); `git diff A...B` takes the first one. Costs two reads for each.
 */
export async function findMergeBases(reader: Reader, from: Side, to: Side): Promise<string[]> {
  const bases = await findHeads(reader, from.history, to.history);
  const sorted = bases.sort((a, b) => b.committer.timeSeconds - a.committer.timeSeconds);
  const [latest] = sorted;
  const rivals = sorted.filter(({committer}) => committer.timeSeconds === latest!.committer.timeSeconds);
  const oids = sorted.map(({oid}) => oid);
  if (rivals.length < 2) return oids;
  const first = await chooseRival(reader, {from, to, bases, rivals});
  return first === undefined ? oids : [first, ...oids.filter((oid) => oid !== first)];
}

/** The commits of both histories that no other one of both reaches. */
async function findHeads(reader: Reader, a: Uint8Array, b: Uint8Array): Promise<CommitNode[]> {
  const {store, repository} = reader;
  using common = intersection(a, b);
  const heads: CommitNode[] = [];
  while (common.size > 0 && heads.length < BASES_MAX) {
    const [newest] = await listCommits(reader, {history: common.serialize(), limit: 1});
    if (!newest) break;
    const record = (await store.readCommits(repository.id, [newest.oid])).get(newest.oid);
    if (!record) break;
    heads.push(record);
    removeFrom(common, record.history);
  }
  return heads;
}

/** Of merge bases of the same second, that which Git's walk from both sides meets first. */
async function chooseRival(
  reader: Reader,
  {
    from,
    to,
    bases,
    rivals,
  }: {from: Side; to: Side; bases: readonly CommitNode[]; rivals: readonly CommitNode[]},
): Promise<string | undefined> {
  using shared = intersection(from.history, to.history);
  for (const {seq} of bases) shared.delete(seq);
  const walked = new Map<string, DatedCommit>();
  for (const {history} of [from, to]) {
    using own = difference(history, shared.serialize());
    const commits = await listCommits(reader, {history: own.serialize(), limit: WALKED_MAX});
    for (const {oid, parents, committer} of commits)
      walked.set(oid, {oid, parents, timeSeconds: committer.timeSeconds});
  }
  return firstCommon(walked, {tips: [from.commit, to.commit], wanted: new Set(rivals.map(({oid}) => oid))});
}
