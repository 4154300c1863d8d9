import assert from 'node:assert/strict';
import {test} from 'node:test';
import {toProblem} from '../../../src/web/api/problem.ts';
import {failurePage} from '../../../src/web/explorer/pages/error-page.ts';
import {BusyError, Gate} from '../../../src/web/gate.ts';

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
  assert.throws(
    () => gate.pass(async () => 5),
    (error) => {
      assert.ok(error instanceof BusyError);
      const {status, code, headers} = toProblem(error);
      assert.deepEqual([status, code, headers['Retry-After']], [429, 'BUSY', '1']);
      return failurePage(error)?.status === 429;
    },
  );
  open();
  assert.deepEqual(await Promise.all(passing), [0, 1, 2, 3, 4]);
  assert.equal(await gate.pass(async () => 6), 6);
});
