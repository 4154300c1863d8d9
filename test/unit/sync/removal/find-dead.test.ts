import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {Bitmap, EMPTY_BITMAP, serializeBitmap} from '../../../../src/domain/bitmap.ts';
import type {CommitRecord} from '../../../../src/domain/commit.ts';
import {openSnapshotReader} from '../../../../src/store/snapshot-reader.ts';
import {findDead} from '../../../../src/sync/removal/find-dead.ts';
import {makeCommit, makeEntry, makeRef, oidOf, REPO} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

/** The versions of two files. */
const ENTRIES = [
  makeEntry(1, 'a.txt'),
  makeEntry(2, 'b.txt'),
  makeEntry(3, 'a.txt'),
  makeEntry(4, 'a.txt'),
  makeEntry(5, 'a.txt'),
];

const commit = (seq: number, parents: readonly number[], given: Partial<CommitRecord>) =>
  makeCommit(seq, {oid: oidOf(`${seq}`), parents: parents.map((parent) => oidOf(`${parent}`)), ...given});
const keyframe = (...seqs: number[]) => ({
  added: serializeBitmap(seqs),
  removed: EMPTY_BITMAP,
  spentBytes: 0,
});
const change = (base: number, added: number[], removed: number[]) => ({
  base: oidOf(`${base}`),
  added: serializeBitmap(added),
  removed: serializeBitmap(removed),
  spentBytes: 0,
});

/**
 * ```
 * 1 {1 2} ── 2 {3 2}                main
 *   └─────── 3 {4 2} ── 4 {5 2}     side
 *                  └─── 5 {1 2}     revert
 * ```
 */
const COMMITS = [
  commit(1, [], {paths: ['a.txt', 'b.txt'], snapshot: keyframe(1, 2), history: serializeBitmap([1])}),
  commit(2, [1], {paths: ['a.txt'], snapshot: change(1, [3], [1]), history: serializeBitmap([1, 2])}),
  commit(3, [1], {paths: ['a.txt'], snapshot: change(1, [4], [1]), history: serializeBitmap([1, 3])}),
  commit(4, [3], {paths: ['a.txt'], snapshot: change(1, [5], [1]), history: serializeBitmap([1, 3, 4])}),
  commit(5, [3], {paths: ['a.txt'], snapshot: change(1, [], []), history: serializeBitmap([1, 3, 5])}),
];
const REFS = {
  main: {commit: 2, entries: [2, 3], history: [1, 2]},
  side: {commit: 4, entries: [2, 5], history: [1, 3, 4]},
  revert: {commit: 5, entries: [1, 2], history: [1, 3, 5]},
} as const;

interface Seqs {
  readonly commits: number[];
  readonly entries: number[];
}

const CASES: {
  name: string;
  history?: 'all' | 'refs';
  left: (keyof typeof REFS)[];
  dropped: Seqs;
  dead: Seqs;
}[] = [
  {
    name: 'a deleted branch takes its commits and what they alone show',
    left: ['main'],
    dropped: {commits: [1, 3, 4], entries: [2, 5]},
    dead: {commits: [3, 4], entries: [4, 5]},
  },
  {
    name: 'what another branch reaches stays',
    left: ['main', 'revert'],
    dropped: {commits: [1, 3, 4], entries: [2, 5]},
    dead: {commits: [4], entries: [5]},
  },
  {
    name: 'a merged branch leaves nothing',
    left: ['main', 'side'],
    dropped: {commits: [1, 3, 4], entries: [2, 5]},
    dead: {commits: [], entries: []},
  },
  {
    name: 'a version that only an older live commit shows stays',
    left: ['main', 'side'],
    dropped: {commits: [5], entries: [1, 2]},
    dead: {commits: [5], entries: []},
  },
  {
    name: 'where only the files of refs are kept, it goes',
    history: 'refs',
    left: ['main', 'side'],
    dropped: {commits: [5], entries: [1, 2]},
    dead: {commits: [5], entries: [1]},
  },
  {
    name: 'without any ref all of it is dead',
    left: [],
    dropped: {commits: [1, 2], entries: [2, 3]},
    dead: {commits: [1, 2], entries: [1, 2, 3]},
  },
];

describe('findDead', () => {
  for (const {name, history = 'all', left, dropped, dead} of CASES) {
    test(name, async () => {
      await using index = await openScratchIndex();
      const {store} = index;
      await store.putEntries(ENTRIES);
      await store.putCommits(COMMITS);
      await store.putRefs(
        left.map((ref) => ({
          record: makeRef(`refs/heads/${ref}`, {
            commit: oidOf(`${REFS[ref].commit}`),
            snapshot: serializeBitmap(REFS[ref].entries),
            history: serializeBitmap(REFS[ref].history),
          }),
          expected: undefined,
        })),
      );
      await store.refresh();
      const snapshots = openSnapshotReader(store, REPO);
      const found = await findDead(
        {store, repo: REPO, history, head: 'refs/heads/main', snapshots},
        {commits: serializeBitmap(dropped.commits), entries: serializeBitmap(dropped.entries)},
      );
      assert.deepEqual({commits: seqsOf(found.commits), entries: seqsOf(found.entries)}, dead);
    });
  }
});

function seqsOf(bytes: Uint8Array): number[] {
  using bitmap = Bitmap.parse(bytes);
  return [...bitmap];
}
