import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
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

async function run(args: readonly string[], {env, cwd}: CtrWorld) {
  const child = spawn(process.execPath, [CTR, ...args], {env, cwd, stdio: ['ignore', 'ignore', 'pipe']});
  const [stderr, [code, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  return {code, signal, stderr};
}
