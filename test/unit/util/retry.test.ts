import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {CtrError, type CtrErrorCode} from '../../../src/util/ctr-error.ts';
import {backoffMs, type RetryEvent, retry} from '../../../src/util/retry.ts';

const POLICY = {attemptsMax: 4, firstDelayMs: 100, delayMaxMs: 300};

/** Runs work that fails with these codes, one for each try, and then succeeds. */
async function run(codes: readonly CtrErrorCode[]) {
  const events: RetryEvent[] = [];
  const delays: number[] = [];
  let tries = 0;
  const result = retry(
    async (attempt) => {
      tries = attempt;
      const code = codes[attempt - 1];
      if (code) throw new CtrError(code, `try ${attempt}`);
      return 'done';
    },
    POLICY,
    {
      random: () => 0,
      delay: async (delayMs) => void delays.push(delayMs),
      onRetry: (event) => void events.push(event),
    },
  );
  const [outcome] = await Promise.allSettled([result]);
  return {outcome, tries, delays, events};
}

void describe('retry', () => {
  test('what succeeds is tried once', async () => {
    const {outcome, tries, delays} = await run([]);
    assert.deepEqual(outcome, {status: 'fulfilled', value: 'done'});
    assert.equal(tries, 1);
    assert.deepEqual(delays, []);
  });

  test('what is unavailable is tried again after growing waits', async () => {
    const {outcome, tries, delays, events} = await run(Array(3).fill('BACKEND_UNAVAILABLE'));
    assert.equal(outcome.status, 'fulfilled');
    assert.equal(tries, 4);
    assert.deepEqual(delays, [100, 200, 300]);
    assert.deepEqual(
      events.map(({attempt, error}) => [attempt, error.message]),
      [
        [1, 'try 1'],
        [2, 'try 2'],
        [3, 'try 3'],
      ],
    );
  });

  test('the last try begins when the time is over, whatever tries are left', async () => {
    const delays: number[] = [];
    let tries = 0;
    const work = async () => {
      tries++;
      throw new CtrError('BACKEND_UNAVAILABLE', 'never');
    };
    const policy = {attemptsMax: 1000, firstDelayMs: 20, delayMaxMs: 10_000};
    const delay = async (delayMs: number) => {
      delays.push(delayMs);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    };
    await assert.rejects(retry(work, policy, {delay, budgetMs: 60, random: () => 0}), /never/);
    assert.ok(
      delays.every((delayMs) => delayMs <= 60),
      `${delays}`,
    );
    assert.equal(tries, delays.length + 1);
    assert.ok(tries <= 10, `${tries} tries`);
  });

  test('the last failure is thrown when tries run out', async () => {
    const {outcome, tries} = await run(Array(9).fill('BACKEND_UNAVAILABLE'));
    assert.equal(tries, 4);
    assert.equal(outcome.status === 'rejected' && (outcome.reason as Error).message, 'try 4');
  });

  for (const code of ['CONFLICT', 'BACKEND_REFUSED', 'NOT_FOUND'] as const) {
    test(`${code} is thrown at once`, async () => {
      const {outcome, tries} = await run([code]);
      assert.equal(outcome.status, 'rejected');
      assert.equal(tries, 1);
    });
  }

  test('the caller decides which failures are worth another try', async () => {
    const failures = [new Error('passing'), new Error('final')];
    const work = async () => {
      throw failures.shift()!;
    };
    const canRetry = (error: unknown) => (error as Error).message === 'passing';
    await assert.rejects(retry(work, POLICY, {canRetry, delay: async () => undefined}), /final/);
    assert.deepEqual(failures, []);
  });

  test('a bug is thrown at once', async () => {
    const bug = new TypeError('bug');
    await assert.rejects(
      retry(() => Promise.reject(bug), POLICY),
      bug,
    );
  });
});

void describe('backoffMs', () => {
  for (const [failures, random, expectedMs] of [
    [1, 0, 1000],
    [1, 0.5, 750],
    [1, 1, 500],
    [2, 0, 2000],
    [2, 0.999, 1001],
    [9, 0, 256_000],
    [10, 0, 300_000],
    [10_000, 0, 300_000],
    [10_000, 1, 150_000],
  ] as const) {
    test(`after ${failures} failures, random ${random}: ${expectedMs} ms`, () => {
      assert.equal(backoffMs(failures, {firstDelayMs: 1000, delayMaxMs: 300_000}, random), expectedMs);
    });
  }
});
