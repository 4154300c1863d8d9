import {appendFileSync} from 'node:fs';
import {isMainThread} from 'node:worker_threads';

/**
 * Called before every side effect (a write to the disk, a request that changes a server). Does nothing, except in the
 * tests that prove crash safety, which set these variables; the hook passes none of them on. Only the main thread
 * counts, before it hands a side effect to another thread, so that the order is always the same.
 * - CTR_TEST_POINTS=<file>: each point's name is appended there, a line each, which numbers them from 1.
 * - CTR_TEST_KILL_AT=<n>: at the n-th point the process dies as by `kill -9`.
 * - CTR_TEST_STOP_AT=<n>: at the n-th point the process stops until it gets SIGCONT.
 */
export const killPoint: (name: string) => void = isMainThread ? openKillPoint(process.env) : () => {};

function openKillPoint(env: NodeJS.ProcessEnv): (name: string) => void {
  const {CTR_TEST_POINTS: file, CTR_TEST_KILL_AT: killAt, CTR_TEST_STOP_AT: stopAt} = env;
  if (file === undefined && killAt === undefined && stopAt === undefined) return () => {};
  let passed = 0;
  return (name) => {
    passed++;
    if (file !== undefined) appendFileSync(file, `${name}\n`);
    if (passed === Number(killAt)) process.kill(process.pid, 'SIGKILL');
    if (passed === Number(stopAt)) process.kill(process.pid, 'SIGSTOP');
  };
}
