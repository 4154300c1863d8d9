import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ObjectStore, UnfinishedPut} from '../../../../src/store/ports/object-store.ts';
import {removeUnfinished} from '../../../../src/sync/removal/unfinished.ts';
import {CtrError} from '../../../../src/util/ctr-error.ts';

const PUTS = [
  [{id: 'a', sizeBytes: 10}],
  [
    {id: 'b', sizeBytes: 5},
    {id: 'c', sizeBytes: 1},
  ],
];
const settings = {index: 'index', repo: 'repo'} as Parameters<typeof removeUnfinished>[0]['settings'];

/** The part of an object store that lists; `error` comes after the first batch. */
function openWith(error?: Error) {
  const deleted: string[] = [];
  const objects: Pick<ObjectStore, 'listUnfinished' | 'deleteUnfinished'> = {
    async *listUnfinished() {
      yield PUTS[0]!;
      if (error) throw error;
      yield PUTS[1]!;
    },
    deleteUnfinished: async (puts: readonly UnfinishedPut[]) => void deleted.push(...puts.map(({id}) => id)),
  };
  return {deleted, deps: {objects: objects as ObjectStore, settings}};
}

test('all unfinished puts are counted and removed; a dry run removes none', async () => {
  for (const isDryRun of [false, true]) {
    const {deps, deleted} = openWith();
    assert.deepEqual(await removeUnfinished(deps, {isDryRun}), {count: 3, sizeBytes: 16, notListed: null});
    assert.deepEqual(deleted, isDryRun ? [] : ['a', 'b', 'c']);
  }
});

test('a store that may not list them says why, and all that was listed is gone', async () => {
  const {deps, deleted} = openWith(new CtrError('BACKEND_REFUSED', 'access denied'));
  const report = await removeUnfinished(deps, {isDryRun: false});
  assert.deepEqual(report, {count: 1, sizeBytes: 10, notListed: 'access denied'});
  assert.deepEqual(deleted, ['a']);
});

test('any other failure is thrown', async () => {
  const {deps} = openWith(new CtrError('BACKEND_UNAVAILABLE', 'gone'));
  await assert.rejects(removeUnfinished(deps, {isDryRun: false}), {code: 'BACKEND_UNAVAILABLE'});
});
