import assert from 'node:assert/strict';
import {test} from 'node:test';
import {remember} from '../../../src/util/remember.ts';

test('those who ask together, and soon after, are given one result', async () => {
  let calls = 0;
  const ask = remember(1_000_000, async () => ++calls);
  assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
  assert.equal(await ask(), 1);
});

test('an old result is not given again', async () => {
  let calls = 0;
  const ask = remember(0, async () => ++calls);
  assert.equal(await ask(), 1);
  assert.equal(await ask(), 2);
});

test('a failure is given to those who wait for it, and to nobody else', async () => {
  let calls = 0;
  const ask = remember(1_000_000, async () => {
    if (++calls === 1) throw new Error('once');
    return calls;
  });
  const results = await Promise.allSettled([ask(), ask()]);
  assert.deepEqual(
    results.map(({status}) => status),
    ['rejected', 'rejected'],
  );
  assert.equal(await ask(), 2);
});
