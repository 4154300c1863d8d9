import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {Bitmap, serializeBitmap} from '../../../../src/domain/bitmap.ts';
import type {RefEvent} from '../../../../src/domain/ref-event.ts';
import {describeMove} from '../../../../src/sync/ref-events/describe-move.ts';
import {makeCommit, makeEntry, makeRef, oidOf} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

const NAME = 'refs/heads/a';
const live = (commit: number, history: number[], snapshot: number[]) =>
  makeRef(NAME, {
    commit: oidOf(`${commit}`),
    history: serializeBitmap(history),
    snapshot: serializeBitmap(snapshot),
  });
const gone = makeRef(NAME, {state: 'deleted', target: '', commit: undefined});
const oids = (...seqs: number[]) => seqs.map((seq) => oidOf(`${seq}`));

interface Case {
  readonly name: string;
  readonly before: ReturnType<typeof live> | undefined;
  readonly now: ReturnType<typeof live>;
  readonly fresh?: number[];
  readonly itemsLeft?: number;
  readonly expected: Partial<RefEvent>;
}

const CASES: Case[] = [
  {
    name: 'a new ref lists the commits that no other shows, and all its files',
    before: undefined,
    now: live(2, [1, 2], [10, 11]),
    fresh: [2],
    expected: {
      change: 'created',
      old: null,
      new: oidOf('2'),
      forced: false,
      commits: oids(2),
      paths: {added: ['a.txt', 'b.txt'], changed: [], removed: []},
      totals: {commits: 1, added: 2, changed: 0, removed: 0},
      truncated: false,
    },
  },
  {
    name: 'a push lists new commits, parents first, and what they changed',
    before: live(1, [1], [10, 11]),
    now: live(3, [1, 2, 3], [12, 13]),
    expected: {
      change: 'moved',
      old: oidOf('1'),
      new: oidOf('3'),
      forced: false,
      commits: oids(2, 3),
      paths: {added: ['c.txt'], changed: ['a.txt'], removed: ['b.txt']},
      totals: {commits: 2, added: 1, changed: 1, removed: 1},
      truncated: false,
    },
  },
  {
    name: 'a push that drops commits is forced',
    before: live(3, [1, 3], [10]),
    now: live(2, [1, 2], [10]),
    expected: {change: 'moved', forced: true, commits: oids(2), truncated: false},
  },
  {
    name: 'a deleted ref leads nowhere, and lists what it showed',
    before: live(1, [1], [10]),
    now: gone,
    expected: {
      change: 'deleted',
      old: oidOf('1'),
      new: null,
      forced: false,
      commits: [],
      paths: {added: [], changed: [], removed: ['a.txt']},
      truncated: false,
    },
  },
  {
    name: 'a ref that showed no commit before is created',
    before: gone,
    now: live(1, [1], [10]),
    expected: {change: 'created', old: null, commits: oids(1)},
  },
  {
    name: 'what the budget of the sync does not hold is counted, and the lists are cut',
    before: undefined,
    now: live(3, [1, 2, 3], [10, 11]),
    itemsLeft: 2,
    expected: {
      commits: oids(2, 3),
      paths: {added: [], changed: [], removed: []},
      totals: {commits: 3, added: 2, changed: 0, removed: 0},
      truncated: true,
    },
  },
];

describe('describeMove', () => {
  for (const {name, before, now, fresh, itemsLeft = 100, expected} of CASES) {
    test(name, async () => {
      await using index = await openScratchIndex();
      await index.store.putCommits([1, 2, 3].map((seq) => makeCommit(seq, {oid: oidOf(`${seq}`)})));
      await index.store.putEntries([
        makeEntry(10, 'a.txt'),
        makeEntry(11, 'b.txt'),
        makeEntry(12, 'a.txt'),
        makeEntry(13, 'c.txt'),
      ]);
      await index.store.refresh();
      using news = fresh && Bitmap.of(fresh);
      const repository = {} as RefEvent['repository'];
      const deps = {store: index.store, repository, budget: {itemsLeft}};
      const event = await describeMove(deps, {before, now, fresh: news});
      assert.deepEqual({...event, ...expected}, event);
      assert.deepEqual([event.ref, event.kind, event.at], [NAME, 'branch', now.indexedAt]);
    });
  }
});
