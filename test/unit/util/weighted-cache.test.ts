import assert from 'node:assert/strict';
import {test} from 'node:test';
import {WeightedCache} from '../../../src/util/weighted-cache.ts';

test('what was asked for longest ago goes first', () => {
  const cache = new WeightedCache<number>(10);
  cache.set('a', 1, 4);
  cache.set('b', 2, 4);
  assert.equal(cache.get('a'), 1);
  cache.set('c', 3, 4);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => cache.get(key)),
    [1, undefined, 3],
  );
});

test('what is kept no longer is told', () => {
  const dropped: number[] = [];
  const cache = new WeightedCache<number>(10, (value) => dropped.push(value));
  cache.set('a', 1, 4);
  cache.set('b', 2, 4);
  cache.set('b', 3, 6);
  cache.set('c', 4, 10);
  cache.set('d', 5, 11);
  assert.deepEqual(dropped, [2, 1, 3]);
  cache.clear();
  assert.deepEqual(dropped, [2, 1, 3, 4]);
  assert.equal(cache.get('c'), undefined);
});

test('a key that is set again weighs once; what is too heavy is not kept', () => {
  const cache = new WeightedCache<number>(10);
  for (let i = 0; i < 5; i++) cache.set('a', i, 6);
  cache.set('b', 9, 4);
  assert.deepEqual([cache.get('a'), cache.get('b')], [4, 9]);
  cache.set('a', 5, 11);
  assert.deepEqual([cache.get('a'), cache.get('b')], [undefined, 9]);
});
