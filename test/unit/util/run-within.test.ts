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
