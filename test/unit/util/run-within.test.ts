import assert from 'node:assert/strict';
import {test} from 'node:test';
import {runWithin} from '../../../src/util/run-within.ts';

test('gives what the work gives, and its errors', () => {
  assert.equal(
    runWithin(1000, () => 7),
    7,
  );
  assert.throws(
    () =>
      runWithin(1000, () => {
        throw new RangeError('mine');
      }),
    /mine/,
  );
});

test('stops a loop and a regular expression', () => {
  assert.equal(
    runWithin(20, () => {
      for (;;);
    }),
    undefined,
  );
  assert.equal(
    runWithin(20, () => /^(a+)+$/.test(`${'a'.repeat(60)}b`)),
    undefined,
  );
});

test('is not ended by a machine that is busy: time that others use does not count', () => {
  let attempts = 0;
  let recovered = 0;
  const work = () => {
    attempts++;
    // As if others had the processor all the while.
    if (attempts < 3) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    return 'done';
  };
  assert.equal(
    runWithin(20, work, () => recovered++),
    'done',
  );
  assert.equal(recovered, attempts - 1);
});
