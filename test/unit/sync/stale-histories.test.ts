import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {RefMove} from '../../../src/domain/plan.ts';
import {planRewrites} from '../../../src/sync/stale-histories.ts';
import {observationOf} from './observation.ts';

const CASES: [name: string, given: Parameters<typeof observationOf>[0], expected: string[]][] = [
  ['stays where it is', {wanted: {a: '1'}, indexed: {a: '1'}}, ['a']],
  ['moves anyway', {wanted: {a: '2'}, indexed: {a: '1'}}, []],
  ['is deleted', {wanted: {}, indexed: {a: '1'}}, []],
  ['is not in the index', {wanted: {a: '1'}, indexed: {}}, []],
  ['cannot be read by Git', {wanted: {a: '1'}, indexed: {a: '1'}, broken: ['a']}, []],
];
for (const [name, given, expected] of CASES) {
  test(`a stale ref that ${name} is ${expected.length === 0 ? 'not ' : ''}rewritten`, () => {
    const rewrites = expected.map((ref): RefMove => ({kind: 'move', name: ref, from: '1', to: '1'}));
    assert.deepEqual(planRewrites(['a'], observationOf(given)), rewrites);
  });
}

test('the order of the stale refs is kept, and others are left alone', () => {
  const observation = observationOf({
    wanted: {a: '1', b: '2', c: '3', d: '4'},
    indexed: {a: '1', b: '2', c: '0', d: '4'},
  });
  assert.deepEqual(
    planRewrites(['a', 'c', 'd'], observation).map(({name}) => name),
    ['a', 'd'],
  );
});

test('a tombstone is rewritten as one', () => {
  const observation = observationOf({wanted: {}, indexed: {a: ['', 'deleted']}});
  assert.deepEqual(planRewrites(['a'], observation), [{kind: 'delete', name: 'a', from: ''}]);
});
