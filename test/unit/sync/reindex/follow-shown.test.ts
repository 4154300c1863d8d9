import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {
  assertNothingLost,
  copyCounters,
  copyTombstones,
  listShown,
} from '../../../../src/sync/reindex/follow-shown.ts';
import type {Failure, SyncSummary} from '../../../../src/sync/sync-progress.ts';
import {makeRef, makeRepository, REPO} from '../../../conformance/index-store/records.ts';
import {openScratchIndex} from '../open-scratch-index.ts';

const failureOf = (kind: Failure['kind'], name: string, oid = '1'): Failure => {
  return {kind, name, oid, reason: 'missing', since: '', attempts: 1};
};
const OBJECT = failureOf('object', 'a.txt');
const REF = failureOf('ref', 'refs/heads/a');

describe('assertNothingLost', () => {
  const cases: [name: string, failures: Failure[], known: Failure[], isLost: boolean][] = [
    ['no failure', [], [], false],
    ['a blob that was unreadable before', [OBJECT], [OBJECT], false],
    ['a blob that was whole', [OBJECT], [], true],
    ['another version of a blob that was unreadable', [failureOf('object', 'a.txt', '2')], [OBJECT], true],
    ['the same blob at another path', [failureOf('object', 'b.txt')], [OBJECT], true],
    ['a ref, also where it was broken before', [REF], [REF], true],
  ];
  for (const [name, failures, known, isLost] of cases) {
    test(`${name}: ${isLost ? 'PARTIAL' : 'nothing is lost'}`, () => {
      const check = () =>
        assertNothingLost({failures} as Pick<SyncSummary, 'failures'> as SyncSummary, known);
      if (isLost) assert.throws(check, {code: 'PARTIAL'});
      else check();
    });
  }
});

test('listShown has what the index shows, and HEAD as it says', async () => {
  await using index = await openScratchIndex();
  const {store} = index;
  await store.putRepository(makeRepository({head: 'refs/heads/a'}));
  const records = [
    makeRef('refs/heads/a', {target: '1'}),
    makeRef('refs/tags/blob', {state: 'skipped', target: '2', commit: undefined}),
    makeRef('refs/heads/gone', {state: 'deleted', target: '', commit: undefined}),
  ];
  await store.putRefs(records.map((record) => ({record, expected: undefined})));
  const {head, refs, broken} = await listShown(store, REPO);
  assert.deepEqual(
    {head, refs: Object.fromEntries(refs), broken},
    {
      head: 'refs/heads/a',
      refs: {'refs/heads/a': '1', 'refs/tags/blob': '2'},
      broken: [],
    },
  );
});

test('the next generation gives no number that the current one has given, and loses none of its own', async () => {
  for (const [given, own] of [
    [10, 0],
    [10, 4],
    [4, 10],
  ] as const) {
    await using current = await openScratchIndex();
    await using next = await openScratchIndex();
    await current.store.reserveSeqs('entries', given);
    await next.store.reserveSeqs('entries', own);
    await copyCounters({store: current.store, next: next.store});
    assert.equal(await next.store.reserveSeqs('entries', 1), Math.max(given, own));
    assert.equal(await next.store.reserveSeqs('commits', 1), 0);
  }
});

test('tombstones are copied, but where the next generation has a ref of this name', async () => {
  await using current = await openScratchIndex();
  await using next = await openScratchIndex();
  const tombstone = (name: string) => makeRef(name, {state: 'deleted', target: '', commit: undefined});
  const put = (store: typeof next.store, records: ReturnType<typeof makeRef>[]) =>
    store.putRefs(records.map((record) => ({record, expected: undefined})));
  await put(current.store, [tombstone('refs/heads/a'), tombstone('refs/heads/b'), makeRef('refs/heads/c')]);
  await put(next.store, [makeRef('refs/heads/b')]);
  await copyTombstones({store: current.store, next: next.store, repo: REPO});
  const states = (await next.store.listRefs(REPO)).map(({name, state}) => [name, state]);
  assert.deepEqual(Object.fromEntries(states), {'refs/heads/a': 'deleted', 'refs/heads/b': 'live'});
});
