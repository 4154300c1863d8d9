import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {
  addTo,
  Bitmap,
  difference,
  EMPTY_BITMAP,
  removeFrom,
  serializeBitmap,
  union,
  without,
} from '../../../src/domain/bitmap.ts';

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
    assert.throws(() => Bitmap.parse(new Uint8Array(0)), {code: 'INDEX_CORRUPT'});
    assert.throws(() => Bitmap.parse(Buffer.from('no bitmap')), {code: 'INDEX_CORRUPT'});
    using empty = Bitmap.parse(EMPTY_BITMAP);
    assert.deepEqual([empty.size, empty.bounds], [0, undefined]);
  });

  it('knows its bounds and what it had', () => {
    using bitmap = Bitmap.of([7, 3, 9]);
    assert.deepEqual(bitmap.bounds, {min: 3, max: 9});
    assert.deepEqual([bitmap.delete(3), bitmap.delete(3)], [true, false]);
  });
});

describe('the algebra of bitmaps', () => {
  // Few numbers, so that sets have some in common.
  const some = fc.uniqueArray(fc.nat(40));
  const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);
  const check = (property: (a: Set<number>, b: Set<number>) => void) =>
    fc.assert(fc.property(some, some, (a, b) => property(new Set(a), new Set(b))));

  it('adds and removes what bytes hold', () =>
    check((a, b) => {
      using set = Bitmap.of(a);
      addTo(set, serializeBitmap(b));
      assert.deepEqual([...set], sorted(a.union(b)));
      removeFrom(set, serializeBitmap(a));
      assert.deepEqual([...set], sorted(b.difference(a)));
    }));

  it('takes one set from another, and leaves both as they are', () =>
    check((a, b) => {
      using set = Bitmap.of(a);
      using less = Bitmap.of(b);
      using rest = without(set, less);
      assert.deepEqual([[...rest], [...set], [...less]], [sorted(a.difference(b)), sorted(a), sorted(b)]);
    }));

  it('subtracts and unites bytes', () =>
    check((a, b) => {
      using rest = difference(serializeBitmap(a), serializeBitmap(b));
      using both = Bitmap.parse(union(serializeBitmap(a), serializeBitmap(b)));
      assert.deepEqual([[...rest], [...both]], [sorted(a.difference(b)), sorted(a.union(b))]);
    }));
});
