import assert from 'node:assert/strict';
import {test} from 'node:test';
import fc from 'fast-check';
import {SeqBlocks} from '../../../../src/sync/import/seq-blocks.ts';

test('every number is handed out once, in ascending order, and only from what was reserved', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(300), {minLength: 1}), fc.nat(50), async (counts, foreign) => {
      let counter = 0;
      const reserved = new Set<number>();
      const blocks = new SeqBlocks(async (count) => {
        // Another writer may take numbers in between.
        const first = counter + (counter > 0 ? foreign : 0);
        counter = first + count;
        for (let seq = first; seq < counter; seq++) reserved.add(seq);
        return first;
      });
      const taken: number[] = [];
      for (const count of counts) {
        const seqs = await blocks.take(count);
        assert.equal(seqs.length, count);
        taken.push(...seqs);
      }
      for (const [i, seq] of taken.entries()) {
        assert.ok(reserved.has(seq));
        if (i > 0) assert.ok(seq > taken[i - 1]!);
      }
    }),
  );
});

test('one request reserves exactly what is asked for, many requests reserve few times', async () => {
  const sizes: number[] = [];
  let next = 0;
  const blocks = new SeqBlocks(async (count) => {
    sizes.push(count);
    next += count;
    return next - count;
  });
  await blocks.take(3);
  assert.deepEqual(sizes, [3]);
  for (let i = 0; i < 1000; i++) await blocks.take(3);
  assert.ok(sizes.length < 15, `${sizes.length} reservations`);
});
