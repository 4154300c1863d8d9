/**
 * Every order of the steps of pushes and of the workers that they start. A push moves the refs, puts a note and
 * starts a worker; whatever the order, some run must have looked at Git after the last push: no wake-up is lost.
 */
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {Queue} from '../../../src/queue/notes.ts';
import {runWorker, type WorkerOptions} from '../../../src/queue/worker.ts';
import {CtrError} from '../../../src/util/ctr-error.ts';
import {type Program, runAllSchedules, type Step} from './schedules.ts';

describe('runWorker, in every order of steps', () => {
  test('two pushes, each with a worker: the index shows both', async () => {
    const schedules = await runAllSchedules(() => createRace({pushes: 2}));
    assert(schedules > 1000, `${schedules} schedules`);
  });

  test('a push that comes while a run fails for good gets a run of its own', async () => {
    const schedules = await runAllSchedules(() => createRace({pushes: 2, failures: 1}));
    assert(schedules > 1000, `${schedules} schedules`);
  });

  for (const diesAtStep of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    test(`a worker killed at its step ${diesAtStep} leaves enough for the next one`, async () => {
      const schedules = await runAllSchedules(() => createRace({pushes: 2, diesAtStep}));
      assert(schedules > 50, `${schedules} schedules`);
    });
  }

  test('the proof has teeth: without the look after unlocking a push is lost', async () => {
    const race = () => createRace({pushes: 2, canLookAgain: false});
    await assert.rejects(runAllSchedules(race), /lost/);
  });

  test('the proof has teeth: a lock that may refuse all who ask at once loses a push', async () => {
    const race = () => createRace({pushes: 2, isLockFair: false});
    await assert.rejects(runAllSchedules(race), /lost/);
  });
});

interface RaceOptions {
  pushes: number;
  /** How many runs fail for good before they succeed. */
  failures?: number;
  /** The first worker is killed there: its lock goes, its claimed notes stay. A worker of cron comes at the end. */
  diesAtStep?: number;
  canLookAgain?: boolean;
  /** Whether one of those who ask at the same moment always gets the lock (BEGIN IMMEDIATE) or not (EXCLUSIVE). */
  isLockFair?: boolean;
}

function createRace({
  pushes,
  failures = 0,
  diesAtStep,
  canLookAgain = true,
  isLockFair = true,
}: RaceOptions): Program {
  const git = {refs: 0};
  const index = {seen: 0, looked: 0};
  const queue = {fresh: new Set<string>(), claimed: new Set<string>()};
  const lock = {holder: undefined as number | undefined, asking: 0};
  let failuresLeft = failures;

  const work = (number: number, step: Step) =>
    runWorker({
      tryLock: tryLockOf({lock, number, step, isLockFair}),
      queue: queueOf({...queue, step, canLookAgain}),
      run: async () => {
        const seen = git.refs;
        index.looked = Math.max(index.looked, seen);
        await step();
        if (failuresLeft-- > 0) return new CtrError('BACKEND_REFUSED', 'wrong key');
        index.seen = Math.max(index.seen, seen);
        await step();
        return 'done';
      },
      lingerMs: 0,
      now: () => 0,
      delay: () => assert.fail('nothing here is worth a wait'),
      random: () => 0,
      signal: new AbortController().signal,
    });

  const push = (number: number) => async (step: Step) => {
    git.refs++;
    await step();
    queue.fresh.add(`push-${number}`);
    await step();
    const isMortal = number === 0 && diesAtStep !== undefined;
    await work(number, isMortal ? mortalStep({step, lock, number, diesAtStep}) : step);
  };

  return {
    actors: Array.from({length: pushes}, (_, number) => push(number)),
    async check() {
      if (diesAtStep !== undefined) await work(pushes, async () => {});
      assert.equal(index.looked, git.refs, 'lost: nobody looked after the last push');
      assert.equal(queue.fresh.size, 0, 'lost: nobody heard of the last note');
      assert.equal(lock.holder, undefined);
      if (failures > 0) return;
      assert.equal(index.seen, git.refs);
      assert.equal(queue.claimed.size, 0);
    },
  };
}

/** Steps lie between any two effects that others can see, unlocking (which is synchronous) included. */
function queueOf(options: {fresh: Set<string>; claimed: Set<string>; step: Step; canLookAgain: boolean}) {
  const {fresh, claimed, step, canLookAgain} = options;
  return {
    async claimNotes() {
      for (const note of fresh) claimed.add(note);
      fresh.clear();
      const notes = [...claimed];
      await step();
      return notes;
    },
    async dropNotes(notes) {
      for (const note of notes) claimed.delete(note);
      await step();
    },
    async hasNewNotes() {
      await step();
      return canLookAgain && fresh.size > 0;
    },
  } satisfies Partial<Queue>;
}

interface Lock {
  holder: number | undefined;
  asking: number;
}

function tryLockOf(options: {
  lock: Lock;
  number: number;
  step: Step;
  isLockFair: boolean;
}): WorkerOptions['tryLock'] {
  const {lock, number, step, isLockFair} = options;
  return async () => {
    lock.asking++;
    await step();
    const isRefused = lock.holder !== undefined || (!isLockFair && lock.asking > 1);
    if (!isRefused) lock.holder = number;
    await step();
    lock.asking--;
    if (isRefused) return undefined;
    return {[Symbol.dispose]: () => release(lock, number)};
  };
}

function release(lock: Lock, number: number): void {
  if (lock.holder === number) lock.holder = undefined;
}

/** Steps of a process that `kill -9` hits: it stops for ever, and the kernel drops its lock. */
function mortalStep(options: {step: Step; lock: Lock; number: number; diesAtStep: number}): Step {
  let steps = 0;
  return async () => {
    if (++steps < options.diesAtStep) return await options.step();
    release(options.lock, options.number);
    await new Promise(() => {});
  };
}
