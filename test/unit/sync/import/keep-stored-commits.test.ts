import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {Bitmap, EMPTY_BITMAP, serializeBitmap} from '../../../../src/domain/bitmap.ts';
import type {CommitRecord} from '../../../../src/domain/commit.ts';
import {keepStoredCommits, type RenewedCommit} from '../../../../src/sync/import/keep-stored-commits.ts';
import {makeCommit, makeEntry, oidOf, REPO} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

const [FIRST, SECOND, THIRD] = [oidOf('1'), oidOf('2'), oidOf('3')];

/** Three commits in a line, each with one more file. */
const COMMITS: readonly CommitRecord[] = [
  makeCommit(1, {
    oid: FIRST,
    history: serializeBitmap([1]),
    snapshot: {added: serializeBitmap([10]), removed: EMPTY_BITMAP, spentBytes: 0},
  }),
  makeCommit(2, {
    oid: SECOND,
    parents: [FIRST],
    history: serializeBitmap([1, 2]),
    snapshot: {base: FIRST, added: serializeBitmap([11]), removed: EMPTY_BITMAP, spentBytes: 8},
  }),
  makeCommit(3, {
    oid: THIRD,
    parents: [SECOND],
    history: serializeBitmap([1, 2, 3]),
    snapshot: {base: FIRST, added: serializeBitmap([11, 12]), removed: EMPTY_BITMAP, spentBytes: 16},
  }),
];
const ENTRIES = [10, 11, 12].map((seq) => makeEntry(seq, `${seq}.txt`));
const STREAM = COMMITS.map(({oid, parents}) => ({oid, parents}));

interface Case {
  readonly name: string;
  /** Instead of what is stored of the second commit. */
  readonly second?: Partial<CommitRecord>;
  readonly entries?: readonly number[];
  /** Numbers of the commits that refs reach. */
  readonly live?: readonly number[];
  readonly hasSnapshots?: boolean;
  readonly kept: readonly string[];
  readonly renewed?: Readonly<Record<string, RenewedCommit>>;
  /** Numbers of what is stored afterwards. */
  readonly left: readonly number[];
}

const ALL = [FIRST, SECOND, THIRD];
const CASES: Case[] = [
  {name: 'commits that hold together are kept', kept: ALL, left: [1, 2, 3]},
  {
    name: 'one with other parents goes, and what builds on it',
    second: {parents: []},
    kept: [FIRST],
    left: [1],
  },
  {
    name: 'one whose history lacks its parent goes, and what builds on it',
    second: {history: serializeBitmap([2])},
    kept: [FIRST],
    left: [1],
  },
  {
    name: 'one that is a difference from another keyframe goes, and what builds on it',
    second: {snapshot: {...COMMITS[1]!.snapshot!, base: THIRD}},
    kept: [FIRST],
    left: [1],
  },
  {
    name: 'one that a ref reaches is stored again under its number',
    second: {parents: []},
    live: [1, 2],
    kept: [FIRST],
    renewed: {[SECOND]: {seq: 2, isKeyframe: false}},
    left: [1, 2],
  },
  {
    name: 'others may be differences from a keyframe that is stored again',
    second: {parents: [], snapshot: {...COMMITS[0]!.snapshot!}},
    live: [1, 2],
    kept: [FIRST],
    renewed: {[SECOND]: {seq: 2, isKeyframe: true}},
    left: [1, 2],
  },
  {name: 'without one of their entries all go', entries: [10, 12], kept: [], left: []},
  {
    name: 'but for those that a ref reaches: verify repairs them',
    entries: [10, 12],
    live: [1, 2],
    kept: [FIRST, SECOND],
    left: [1, 2],
  },
  {
    name: 'where commits show no files, entries are not looked for',
    entries: [],
    hasSnapshots: false,
    kept: ALL,
    left: [1, 2, 3],
  },
];

describe('keepStoredCommits', () => {
  for (const {name, second, entries = [10, 11, 12], live = [], hasSnapshots = true, ...expected} of CASES) {
    test(name, async () => {
      await using index = await openScratchIndex();
      const {store} = index;
      await store.putEntries(ENTRIES.filter(({seq}) => entries.includes(seq)));
      await store.putCommits(COMMITS.with(1, {...COMMITS[1]!, ...second}));
      await store.refresh();
      const renewed = new Map<string, RenewedCommit>();
      using reached = Bitmap.of(live);
      const readLive = async () => reached;
      const kept = await keepStoredCommits({store, repo: REPO, hasSnapshots, renewed, readLive}, STREAM);
      await store.refresh();
      using left = Bitmap.parse(await store.readStoredSeqs(REPO, 'commits'));
      assert.deepEqual([...kept].toSorted(), expected.kept.toSorted());
      assert.deepEqual(Object.fromEntries(renewed), expected.renewed ?? {});
      assert.deepEqual([...left], expected.left);
    });
  }

  test('a damaged one is stored again under its number without being read, and so is what builds on it', async () => {
    await using index = await openScratchIndex();
    await index.store.putEntries(ENTRIES);
    await index.store.putCommits(COMMITS);
    await index.store.refresh();
    const renewed = new Map<string, RenewedCommit>();
    using reached = Bitmap.of([1, 2, 3]);
    const readLive = async () => reached;
    const isDamaged = (oid: string) => oid === SECOND;
    const kept = await keepStoredCommits(
      {store: index.store, repo: REPO, hasSnapshots: true, renewed, readLive, isDamaged},
      STREAM,
    );
    assert.deepEqual(
      [[...kept], [...renewed]],
      [[FIRST], [2, 3].map((seq) => [oidOf(String(seq)), {seq, isKeyframe: false}])],
    );
  });

  test('where none is stored, nothing else is asked', async () => {
    await using index = await openScratchIndex();
    const readLive = () => assert.fail('asked for what is live');
    const kept = await keepStoredCommits(
      {store: index.store, repo: REPO, hasSnapshots: true, renewed: new Map(), readLive},
      STREAM,
    );
    assert.equal(kept.size, 0);
  });

  test('what builds on a commit that is stored again does not hold together', async () => {
    await using index = await openScratchIndex();
    await index.store.putEntries(ENTRIES);
    await index.store.putCommits(COMMITS);
    await index.store.refresh();
    const renewed = new Map([[FIRST, {seq: 1, isKeyframe: true}]]);
    using reached = Bitmap.of([1, 2, 3]);
    const readLive = async () => reached;
    const kept = await keepStoredCommits(
      {store: index.store, repo: REPO, hasSnapshots: true, renewed, readLive},
      STREAM.slice(1),
    );
    assert.deepEqual([kept.size, [...renewed.keys()]], [0, ALL]);
  });
});
