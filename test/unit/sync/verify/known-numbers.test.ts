import assert from 'node:assert/strict';
import {describe, it, test} from 'node:test';
import fc from 'fast-check';
import {Bitmap} from '../../../../src/domain/bitmap.ts';
import {KnownNumbers, STAND_INS_FROM} from '../../../../src/sync/verify/known-numbers.ts';

const A = STAND_INS_FROM;
const B = STAND_INS_FROM + 1;
const NO_OWN = new Map<number, number>();

/** 0 to 9 are known. */
function open(): KnownNumbers {
  return new KnownNumbers(Bitmap.of(Array.from({length: 10}, (_, seq) => seq)));
}

describe('a stored set and the one that Git makes', () => {
  const cases: [name: string, stored: number[], expected: number[], agrees: boolean][] = [
    ['equal', [1, 2], [1, 2], true],
    ['both empty', [], [], true],
    ['one known number too many', [1, 2, 3], [1, 2], false],
    ['one known number too few', [1], [1, 2], false],
    ['an unknown number for a stand-in', [1, 20], [1, A], true],
    ['two unknown numbers for two stand-ins', [20, 30], [A, B], true],
    ['more unknown numbers than stand-ins', [1, 20, 30], [1, A], false],
    ['fewer unknown numbers than stand-ins', [1, 20], [1, A, B], false],
    ['a known number for a stand-in', [1, 2], [1, A], false],
    ['an unknown number for a known one', [1, 20], [1, 2], false],
  ];
  for (const [name, stored, expected, agrees] of cases)
    it(`${name}: ${agrees ? 'agree' : 'do not agree'}`, () => {
      assert.equal(open().agrees(Bitmap.of(stored), Bitmap.of(expected)), agrees);
    });
});

describe('a delta from a keyframe whose document is lost', () => {
  type Delta = {added: number[]; removed: number[]};
  const cases: [name: string, from: number[], delta: Delta, expected: number[], isRight: boolean][] = [
    ['of known numbers', [1, 2, A], {added: [3], removed: [2]}, [1, 3, A], true],
    ['takes the unknown one away', [1, A], {added: [3], removed: [20]}, [1, 3], true],
    ['brings the unknown one', [1, 2], {added: [20], removed: [2]}, [1, A], true],
    ['does not take away', [1, 2, A], {added: [3], removed: []}, [1, 3, A], false],
    ['brings one too many', [1, 2, A], {added: [3, 7], removed: [2]}, [1, 3, A], false],
    ['takes the unknown one away too', [1, 2, A], {added: [3], removed: [2, 20]}, [1, 3, A], false],
    ['does not bring the unknown one', [1, 2], {added: [], removed: [2]}, [1, A], false],
    ['brings unknown ones that are not there', [1], {added: [20, 30], removed: []}, [1], false],
  ];
  for (const [name, from, {added, removed}, expected, isRight] of cases)
    it(`${name}: ${isRight ? 'right' : 'wrong'}`, () => {
      const delta = {added: Bitmap.of(added), removed: Bitmap.of(removed)};
      assert.equal(open().leadsTo(Bitmap.of(expected), Bitmap.of(from), delta), isRight);
    });
});

describe('which number belongs to which stand-in', () => {
  const pairsOf = (sets: [stored: number[], expected: number[]][], own = NO_OWN) => {
    const numbers = open();
    for (const [stored, expected] of sets) numbers.agrees(Bitmap.of(stored), Bitmap.of(expected));
    return [...numbers.pairs(own)].sort();
  };

  it('is told where sets have one and not the other', () => {
    const sets: [number[], number[]][] = [
      [
        [20, 30],
        [A, B],
      ],
      [[30], [A]],
    ];
    assert.deepEqual(pairsOf(sets), [
      [A, 30],
      [B, 20],
    ]);
  });

  it('is ascending where they are always together', () => {
    assert.deepEqual(
      pairsOf([
        [
          [30, 20],
          [B, A],
        ],
      ]),
      [
        [A, 20],
        [B, 30],
      ],
    );
  });

  it('is the own one where several are always together', () => {
    assert.deepEqual(
      pairsOf(
        [
          [
            [20, 30],
            [A, B],
          ],
        ],
        new Map([[A, 30]]),
      ),
      [
        [A, 30],
        [B, 20],
      ],
    );
  });

  it('is not told where sets contradict each other', () => {
    assert.deepEqual(
      pairsOf([
        [[20], [A]],
        [[30], [A]],
      ]),
      [],
    );
  });

  it('is not told by sets that do not agree with Git', () => {
    assert.deepEqual(
      pairsOf([
        [
          [1, 20],
          [2, A],
        ],
      ]),
      [],
    );
  });
});

const THINGS = 12;

test('in any sets, a number and its stand-in are in the same ones', () => {
  const worlds = fc.record({
    numbers: fc.shuffledSubarray(
      Array.from({length: THINGS}, (_, at) => 100 + at),
      {minLength: THINGS},
    ),
    sets: fc.array(fc.subarray(Array.from({length: THINGS}, (_, at) => at)), {maxLength: 12}),
  });
  fc.assert(
    fc.property(worlds, ({numbers, sets}) => {
      const known = open();
      for (const set of sets) {
        const stored = Bitmap.of(set.map((thing) => numbers[thing]!));
        assert.ok(known.agrees(stored, Bitmap.of(set.map((thing) => A + thing))));
      }
      const pairs = known.pairs(NO_OWN);
      assert.deepEqual(new Set(pairs.keys()), new Set(sets.flat().map((thing) => A + thing)));
      assert.equal(new Set(pairs.values()).size, pairs.size, 'no number twice');
      for (const [standIn, number] of pairs) {
        assert.ok(known.hasSeen(standIn));
        for (const set of sets)
          assert.equal(set.includes(standIn - A), set.includes(numbers.indexOf(number)));
      }
    }),
  );
});
