import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {PresenceMatcher} from '../../../src/domain/presence-matcher.ts';

const NAMES = 12;

/** Names 0.., numbers 100 + a permutation of them, and the sets in which both are present. */
const worlds = fc.record({
  numbers: fc.shuffledSubarray(
    Array.from({length: NAMES}, (_, at) => 100 + at),
    {minLength: NAMES},
  ),
  sets: fc.array(fc.subarray(Array.from({length: NAMES}, (_, at) => at)), {maxLength: 12}),
});

test('a name and its number were in the same sets', () => {
  fc.assert(
    fc.property(worlds, ({numbers, sets}) => {
      const matcher = new PresenceMatcher();
      for (const set of sets)
        matcher.see(
          set,
          set.map((name) => numbers[name]!),
        );
      const pairs = matcher.pairs();
      const seen = new Set(sets.flat());
      assert.deepEqual(new Set(pairs.keys()), seen, 'each that was seen has one');
      assert.equal(new Set(pairs.values()).size, pairs.size, 'no number twice');
      for (const [name, number] of pairs) {
        const other = numbers.indexOf(number);
        for (const set of sets) assert.equal(set.includes(name), set.includes(other));
      }
    }),
  );
});

test('where sets tell all apart, each has its own number', () => {
  const matcher = new PresenceMatcher();
  matcher.see([0, 1, 2], [7, 8, 9]);
  matcher.see([0], [9]);
  matcher.see([0, 2], [9, 7]);
  assert.deepEqual([...matcher.pairs()].sort(), [
    [0, 9],
    [1, 8],
    [2, 7],
  ]);
});

test('a class with more numbers than names tells nothing, and the others stay told', () => {
  const matcher = new PresenceMatcher();
  matcher.see([0], [5, 6]);
  matcher.see([1], [4]);
  assert.deepEqual([...matcher.pairs()], [[1, 4]]);
});

test('what is interchangeable is paired in ascending order', () => {
  const matcher = new PresenceMatcher();
  matcher.see([2, 0, 1], [30, 10, 20]);
  assert.deepEqual(
    [...matcher.pairs()],
    [
      [0, 10],
      [1, 20],
      [2, 30],
    ],
  );
});
