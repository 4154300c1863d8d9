import assert from 'node:assert/strict';
import {test} from 'node:test';
import {wantedSignal, whileWanted} from '../../../src/util/wanted.ts';
import {failurePage} from '../../../src/web/explorer/pages/error-page.ts';
import {BusyError, Gate} from '../../../src/web/gate.ts';
import {toProblem} from '../../../src/web/problem.ts';

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
      const problem = toProblem(error);
      const {status, code, headers} = problem;
      assert.deepEqual([status, code, headers['Retry-After']], [429, 'BUSY', '1']);
      return failurePage(problem).status === 429;
    },
  );
  open();
  assert.deepEqual(await Promise.all(passing), [0, 1, 2, 3, 4]);
  assert.equal(await gate.pass(async () => 6), 6);
});

test('what waits is done with its own signal, and not at all when nobody wants it any more', async () => {
  const gate = new Gate({running: 1, waiting: 3});
  const {promise: opened, resolve: open} = Promise.withResolvers<void>();
  const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
  const ask = ({signal}: AbortController, work: () => Promise<void> = async () => undefined) =>
    whileWanted(signal, () => gate.pass(() => work().then(wantedSignal)));
  const asked = [ask(first, () => opened), ask(second), ask(third)];
  const left = assert.rejects(asked[1]!, {name: 'AbortError'});
  second.abort();
  open();
  await left;
  assert.equal(await asked[0], first.signal);
  assert.equal(await asked[2], third.signal);
});
