import assert from 'node:assert/strict';
import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import type {Readable, Writable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {beforeEach, describe, type TestContext, test} from 'node:test';
import {acquireLock, isLockHeld} from '../../../src/queue/lock.ts';

const LONG_MS = 20_000;

describe('acquireLock', () => {
  let file: string;
  beforeEach((t) => {
    const directory = mkdtempSync(join(tmpdir(), 'ctr-lock-'));
    (t as TestContext).after(() => rmSync(directory, {recursive: true}));
    file = join(directory, 'lock.db');
  });

  test('is held by one at a time, also within one process, and free after disposal', async () => {
    const first = await acquireLock(file, {waitMs: 0});
    assert(first !== undefined);
    assert.equal(await acquireLock(file, {waitMs: 0}), undefined);
    first[Symbol.dispose]();
    using second = await acquireLock(file, {waitMs: 0});
    assert(second !== undefined);
  });

  test('waits until it is free, and tells of the wait once', async () => {
    const first = await acquireLock(file, {waitMs: 0});
    let waits = 0;
    const waiting = acquireLock(file, {
      waitMs: LONG_MS,
      onWait: () => {
        waits++;
        setTimeout(() => first?.[Symbol.dispose](), 120);
      },
    });
    using second = await waiting;
    assert(second !== undefined);
    assert.equal(waits, 1);
  });

  test('does not block the event loop while it waits, and gives up in time', async () => {
    using _first = await acquireLock(file, {waitMs: 0});
    let turns = 0;
    const ticker = setInterval(() => turns++, 5);
    assert.equal(await acquireLock(file, {waitMs: 150}), undefined);
    clearInterval(ticker);
    assert(turns > 5, `${turns} turns`);
  });

  test('an aborted wait rejects with the reason', async () => {
    using _first = await acquireLock(file, {waitMs: 0});
    const controller = new AbortController();
    const waiting = acquireLock(file, {
      waitMs: LONG_MS,
      signal: controller.signal,
      onWait: () => controller.abort(new Error('enough')),
    });
    await assert.rejects(waiting, (error: Error) => (error.cause as Error).message === 'enough');
  });

  test('another process is refused, until the holder is killed with SIGKILL', async () => {
    await using holder = await startHolder(file);
    assert.equal(holder.said, 'held');
    assert.equal(await acquireLock(file, {waitMs: 0}), undefined);
    holder.kill();
    using lock = await acquireLock(file, {waitMs: LONG_MS});
    assert(lock !== undefined);
    assert.equal(await holder.stderr, '', 'no warning reaches the user');
  });

  test('a child of the holder that outlives it does not keep the lock', async (t) => {
    await using holder = await startHolder(file, 'with-child');
    const childPid = holder.childPid;
    t.after(() => process.kill(childPid, 'SIGKILL'));
    holder.kill();
    using lock = await acquireLock(file, {waitMs: LONG_MS});
    assert(lock !== undefined);
    assert(process.kill(childPid, 0), 'the child still runs');
  });

  test('of processes that ask at the same moment exactly one is let in', async () => {
    for (let round = 0; round < 4; round++) {
      const holders = await Promise.all(Array.from({length: 6}, () => startHolder(file)));
      const said = holders.map((holder) => holder.said).sort();
      for (const holder of holders) await holder[Symbol.asyncDispose]();
      assert.deepEqual(said, ['held', ...Array<string>(5).fill('refused')]);
    }
  });

  test('can be asked for by others: held, free again, and never made by the question', async () => {
    assert.equal(isLockHeld(file), false);
    assert.equal(existsSync(file), false);
    const lock = await acquireLock(file, {waitMs: 0});
    assert.equal(isLockHeld(file), true);
    lock?.[Symbol.dispose]();
    assert.equal(isLockHeld(file), false);
    using again = await acquireLock(file, {waitMs: 0});
    assert(again !== undefined);
  });

  test('a folder that is missing is a failure of the world', async () => {
    const missing = join(file, 'no', 'lock.db');
    await assert.rejects(acquireLock(missing, {waitMs: 0}), {name: 'CtrError', code: 'REPOSITORY'});
  });

  test('so is a file that is no lock', async () => {
    writeFileSync(file, 'something else, long enough to be no database header'.repeat(40));
    await assert.rejects(acquireLock(file, {waitMs: 0}), {name: 'CtrError', code: 'REPOSITORY'});
  });
});

/** A process that has asked once for the lock. Disposal kills it. */
async function startHolder(file: string, ...args: string[]) {
  const script = join(import.meta.dirname, 'hold-lock.ts');
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    process.execPath,
    [script, file, ...args],
    {stdio: ['pipe', 'pipe', 'pipe']},
  );
  const exited = once(child, 'exit');
  const stderr = text(child.stderr);
  const lines = createInterface({input: child.stdout});
  const {value} = await lines[Symbol.asyncIterator]().next();
  const [said, childPid] = String(value).split(' ');
  return {
    said,
    childPid: Number(childPid),
    stderr,
    kill: () => child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
