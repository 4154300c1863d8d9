import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Gate} from '../../../src/web/api/gate.ts';
import {Problem} from '../../../src/web/api/problem.ts';

test('so many run, so many wait, and the next one is sent away', async () => {
  const gate = new Gate({running: 2, waiting: 3});
  const started: number[] = [];
  const {promise: opened, resolve: open} = Promise.withResolvers<void>();
  const passing = [0, 1, 2, 3, 4].map((number) =>
    gate.pass(async () => {
      started.push(number);
      await opened;
      return number;
    }),
  );
  assert.deepEqual(started, [0, 1]);
  const refused = (error: unknown) =>
    error instanceof Problem && error.status === 429 && error.headers['Retry-After'] === '1';
  assert.throws(() => gate.pass(async () => 5), refused);
  open();
  assert.deepEqual(await Promise.all(passing), [0, 1, 2, 3, 4]);
  assert.equal(await gate.pass(async () => 6), 6);
});
