import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {Bitmap, EMPTY_BITMAP, serializeBitmap} from '../../../src/domain/bitmap.ts';

const seqs = fc.array(fc.nat(2 ** 31 - 1));

describe('Bitmap', () => {
  it('gives back what was put in, in order', () => {
    fc.assert(
      fc.property(seqs, (numbers) => {
        using bitmap = Bitmap.parse(serializeBitmap(numbers));
        assert.deepEqual(
          [...bitmap],
          [...new Set(numbers)].sort((a, b) => a - b),
        );
        assert.equal(bitmap.size, new Set(numbers).size);
      }),
    );
  });

  it('writes the portable format: a run of five from zero', () => {
    // Cookie 12347 with one container, run flag, key 0, cardinality-1 = 4, one run (0, length-1 = 4).
    // Source: RoaringFormatSpec, github.com/RoaringBitmap/RoaringFormatSpec
    assert.equal(
      Buffer.from(serializeBitmap([0, 1, 2, 3, 4])).toString('hex'),
      '3b3000000100000400010000000400',
    );
  });

  it('never takes nothing, or something else, for the empty set', () => {
    assert.throws(() => Bitmap.parse(new Uint8Array(0)), RangeError);
    assert.throws(() => Bitmap.parse(Buffer.from('no bitmap')), RangeError);
    using empty = Bitmap.parse(EMPTY_BITMAP);
    assert.deepEqual([empty.size, empty.bounds], [0, undefined]);
  });

  it('knows its bounds and what it had', () => {
    using bitmap = Bitmap.of([7, 3, 9]);
    assert.deepEqual(bitmap.bounds, {min: 3, max: 9});
    assert.deepEqual([bitmap.delete(3), bitmap.delete(3)], [true, false]);
  });
});
