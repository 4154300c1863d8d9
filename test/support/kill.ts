import assert from 'node:assert/strict';
import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {until} from './ctr-rig.ts';
import type {CtrWorld} from './run-ctr.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));

/** Runs ctr to its end and returns the names of the side effects that it had, in their order (from number 1). */
export async function listKillPoints(args: readonly string[], world: CtrWorld): Promise<string[]> {
  const file = join(tmpdir(), `ctr-points-${randomUUID()}`);
  try {
    const {code, stderr} = await run(args, {...world, env: {...world.env, CTR_TEST_POINTS: file}});
    assert.equal(code, 0, stderr);
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  } finally {
    rmSync(file, {force: true});
  }
}

/** Runs ctr, which is killed as by `kill -9` just before its n-th side effect. False where it ended before that. */
export async function killAtPoint(args: readonly string[], n: number, world: CtrWorld): Promise<boolean> {
  const env = {...world.env, CTR_TEST_KILL_AT: String(n)};
  const {code, signal, stderr} = await run(args, {...world, env});
  if (signal === 'SIGKILL') return true;
  assert.equal(code, 0, stderr);
  return false;
}

/**
 * The same for one of the points of a run that was listed before. SQLite takes writes that wait together in one
 * transaction, so a run may have a point or two less: one of the last two may not come.
 */
export async function killAtListedPoint(
  args: readonly string[],
  {n, total}: {n: number; total: number},
  world: CtrWorld,
): Promise<void> {
  const wasKilled = await killAtPoint(args, n, world);
  assert.ok(wasKilled || n > total - 2, `it ended before point ${n} of ${total}`);
}

/** A run of ctr that stands still just before one of its side effects, as by `kill -STOP`. */
export interface StoppedRun {
  /** False where it ended before that point. */
  readonly isStopped: boolean;
  /** Goes on, after these signals have been sent to it. */
  goOn(...signals: NodeJS.Signals[]): void;
  readonly ended: Promise<EndedRun>;
}

export interface EndedRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** Runs ctr until its n-th side effect, or to its end where it has fewer. The caller lets it go on. */
export async function stopAtPoint(
  args: readonly string[],
  n: number,
  {env, cwd}: CtrWorld,
): Promise<StoppedRun> {
  const child = spawn(process.execPath, [CTR, ...args], {
    env: {...env, CTR_TEST_STOP_AT: String(n)},
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = endOf(child);
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  await until(() => hasEnded() || isStopped(child.pid!), `ctr ${args.join(' ')} to stop`);
  return {
    isStopped: !hasEnded(),
    goOn(...signals) {
      for (const signal of [...signals, 'SIGCONT'] as const) child.kill(signal);
    },
    ended,
  };
}

/** As the kernel says it: T. */
function isStopped(pid: number): boolean {
  const file = `/proc/${pid}/status`;
  return existsSync(file) && /^State:\s+T/m.test(readFileSync(file, 'utf8'));
}

async function run(args: readonly string[], {env, cwd}: CtrWorld): Promise<EndedRun> {
  return endOf(spawn(process.execPath, [CTR, ...args], {env, cwd, stdio: ['ignore', 'ignore', 'pipe']}));
}

async function endOf(child: ChildProcessByStdio<null, null, Readable>): Promise<EndedRun> {
  const [stderr, [code, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return {code, signal, stderr};
}
