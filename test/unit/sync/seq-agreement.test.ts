import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {Bitmap} from '../../../src/domain/bitmap.ts';
import {SeqAgreement, UNKNOWN_FROM} from '../../../src/sync/verify/seq-agreement.ts';

/** Nobody knows that this one has number 20. */
const STAND_IN = UNKNOWN_FROM;

describe('a difference from a set that is lost, with a number that nobody knows', () => {
  const isRight = (
    [from, expected]: [from: number[], expected: number[]],
    difference: {added: number[]; removed: number[]},
  ) => {
    using agreement = new SeqAgreement(Bitmap.of([20]));
    agreement.addUnknown(STAND_IN);
    return agreement.leadsTo(Bitmap.of(expected), Bitmap.of(from), {
      added: Bitmap.of(difference.added),
      removed: Bitmap.of(difference.removed),
    });
  };

  it('is right where it leads to what is expected', () => {
    assert.ok(
      isRight(
        [
          [1, 2, STAND_IN],
          [1, 3, STAND_IN],
        ],
        {added: [3], removed: [2]},
      ),
    );
    assert.ok(
      isRight(
        [
          [1, STAND_IN],
          [1, 3],
        ],
        {added: [3], removed: [20]},
      ),
      'takes it away',
    );
    assert.ok(
      isRight(
        [
          [1, 2],
          [1, STAND_IN],
        ],
        {added: [20], removed: [2]},
      ),
      'brings it',
    );
  });

  it('is wrong where it leads elsewhere', () => {
    assert.ok(
      !isRight(
        [
          [1, 2, STAND_IN],
          [1, 3, STAND_IN],
        ],
        {added: [3], removed: []},
      ),
    );
    assert.ok(
      !isRight(
        [
          [1, 2, STAND_IN],
          [1, 3, STAND_IN],
        ],
        {added: [3, 7], removed: [2]},
      ),
    );
    assert.ok(
      !isRight(
        [
          [1, 2, STAND_IN],
          [1, 3, STAND_IN],
        ],
        {added: [3], removed: [2, 20]},
      ),
    );
    assert.ok(
      !isRight(
        [
          [1, 2],
          [1, STAND_IN],
        ],
        {added: [], removed: [2]},
      ),
    );
  });
});
