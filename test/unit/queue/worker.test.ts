import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {runWorker, type WorkerOptions} from '../../../src/queue/worker.ts';
import {CtrError} from '../../../src/util/ctr-error.ts';

const DOWN = new CtrError('BACKEND_UNAVAILABLE', 'down');
const REFUSED = new CtrError('BACKEND_REFUSED', 'wrong key');
const MINUTE_MS = 60_000;

describe('runWorker, alone', () => {
  test('runs once for several notes and drops them', async () => {
    const world = createWorld();
    world.put(3);
    assert.deepEqual(await world.work(), {kind: 'drained'});
    assert.deepEqual(world.runsAtMs, [0]);
    assert.equal(world.count(), 0);
    assert.equal(world.isLocked(), false);
  });

  test('does not run without a note', async () => {
    const world = createWorld();
    assert.deepEqual(await world.work(), {kind: 'drained'});
    assert.deepEqual(world.runsAtMs, []);
  });

  test('leaves at once when another holds the lock, and keeps the note', async () => {
    const world = createWorld();
    world.put(1);
    world.lock();
    assert.deepEqual(await world.work(), {kind: 'held'});
    assert.equal(world.count(), 1);
  });

  test('runs again for a note that came during the run', async () => {
    const world = createWorld();
    world.put(1);
    world.results = [doneAndPut(world), () => 'done'];
    assert.deepEqual(await world.work(), {kind: 'drained'});
    assert.equal(world.runsAtMs.length, 2);
    assert.equal(world.count(), 0);
  });

  test('retries with doubling waits until it succeeds', async () => {
    const world = createWorld();
    world.put(1);
    world.results = [() => DOWN, () => DOWN, () => DOWN, () => DOWN, () => 'done'];
    assert.deepEqual(await world.work(), {kind: 'drained'});
    assert.deepEqual(world.runsAtMs, [0, 1000, 3000, 7000, 15_000]);
    assert.equal(world.count(), 0);
  });

  test('waits five minutes at most between two runs', async () => {
    const world = createWorld();
    world.put(1);
    world.results = [...Array.from({length: 11}, () => () => DOWN), () => 'done' as const];
    await world.work();
    const waitsMs = world.runsAtMs.map((atMs, run) => atMs - (world.runsAtMs[run - 1] ?? 0));
    assert.deepEqual(waitsMs.slice(-4), [128_000, 256_000, 300_000, 300_000]);
  });

  test('gives up when lingerMs has passed since the first failure, and leaves the notes', async () => {
    const world = createWorld({lingerMs: 10_000});
    world.put(2);
    world.results = [() => DOWN];
    assert.deepEqual(await world.work(), {kind: 'failed', error: DOWN});
    assert.deepEqual(world.runsAtMs, [0, 1000, 3000, 7000, 10_000], 'the last try is at the end of the time');
    assert.equal(world.count(), 2);
    assert.equal(world.isLocked(), false);
  });

  test('a success starts the count and the time anew', async () => {
    const world = createWorld({lingerMs: 3000});
    world.put(1);
    world.results = [() => DOWN, () => DOWN, doneAndPut(world), () => DOWN, () => 'done'];
    assert.deepEqual(await world.work(), {kind: 'drained'});
    assert.deepEqual(world.runsAtMs, [0, 1000, 3000, 3000, 4000]);
  });

  test('a new note cuts the wait short within a second, and the backoff goes on doubling', async () => {
    const world = createWorld({
      backoff: {firstDelayMs: 100_000, delayMaxMs: 1_000_000},
      lingerMs: 10_000_000,
    });
    world.put(1);
    world.results = [() => DOWN, () => DOWN, () => 'done'];
    world.at(30_500, () => world.put(1));
    await world.work();
    assert.deepEqual(world.runsAtMs, [0, 31_000, 231_000]);
    assert.equal(world.count(), 0);
  });

  test('ends at once on a failure that no retry can mend, and leaves the notes', async () => {
    const world = createWorld();
    world.put(1);
    world.results = [() => REFUSED];
    assert.deepEqual(await world.work(), {kind: 'failed', error: REFUSED});
    assert.equal(world.runsAtMs.length, 1, 'the claimed notes do not make it start again');
    assert.equal(world.count(), 1);
  });

  test('what one worker left, the next one works off', async () => {
    const world = createWorld();
    world.put(1);
    world.results = [() => REFUSED, () => 'done'];
    await world.work();
    assert.deepEqual(await world.work(), {kind: 'drained'});
    assert.equal(world.count(), 0);
  });

  test('stops in the middle of a wait when told', async () => {
    const world = createWorld();
    world.put(1);
    world.results = [() => DOWN];
    world.at(5500, () => world.controller.abort());
    assert.deepEqual(await world.work(), {kind: 'stopped'});
    assert.deepEqual(world.runsAtMs, [0, 1000, 3000]);
    assert.equal(world.count(), 1);
    assert.equal(world.isLocked(), false);
  });

  test('a bug in the run is thrown on, with the lock given up and the notes kept', async () => {
    const world = createWorld();
    world.put(1);
    world.results = [() => assert.fail('bug')];
    await assert.rejects(world.work(), /bug/);
    assert.equal(world.isLocked(), false);
    assert.equal(world.count(), 1);
  });
});

/** A run during which another push puts its note. */
function doneAndPut(world: {put(count: number): void}): () => 'done' {
  return () => {
    world.put(1);
    return 'done';
  };
}

/** One repository, its queue in memory and a clock that only `delay` moves. */
function createWorld(overrides: Partial<WorkerOptions> = {}) {
  let clockMs = 0;
  let notes = 0;
  let isLocked = false;
  const fresh: string[] = [];
  const claimed: string[] = [];
  const timers: {atMs: number; action: () => void}[] = [];
  const world = {
    /** What the runs return, one after the other; the last one again and again. */
    results: [() => 'done'] as (() => 'done' | CtrError)[],
    runsAtMs: [] as number[],
    controller: new AbortController(),
    put(count: number) {
      for (let i = 0; i < count; i++) fresh.push(`note-${notes++}`);
    },
    at: (atMs: number, action: () => void) => void timers.push({atMs, action}),
    lock: () => {
      isLocked = true;
    },
    isLocked: () => isLocked,
    count: () => fresh.length + claimed.length,
    work: () =>
      runWorker({
        queue: {
          claimNotes: async () => {
            claimed.push(...fresh.splice(0));
            return [...claimed];
          },
          dropNotes: async (dropped) => {
            for (const note of dropped) claimed.splice(claimed.indexOf(note), 1);
          },
          hasNewNotes: async () => fresh.length > 0,
        },
        tryLock: async () => {
          if (isLocked) return undefined;
          isLocked = true;
          return {
            [Symbol.dispose]: () => {
              isLocked = false;
            },
          };
        },
        run: async () => {
          world.runsAtMs.push(clockMs);
          const result = world.results.length > 1 ? world.results.shift() : world.results[0];
          return result!();
        },
        lingerMs: 60 * MINUTE_MS,
        now: () => clockMs,
        delay: async (delayMs) => {
          assert(delayMs > 0, 'a busy loop');
          clockMs += delayMs;
          for (const timer of timers.filter(({atMs}) => atMs <= clockMs)) {
            timers.splice(timers.indexOf(timer), 1);
            timer.action();
          }
        },
        random: () => 0,
        signal: world.controller.signal,
        ...overrides,
      }),
  };
  return world;
}
