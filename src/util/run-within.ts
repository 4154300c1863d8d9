import {Script} from 'node:vm';

/** A thread never gets all of the time on the clock: this share of it counts as all. */
const CPU_SHARE = 0.8;
const WORK = Symbol.for('ctr.run-within');
const script = new Script(`globalThis[Symbol.for('ctr.run-within')]()`);
const world = globalThis as {[WORK]?: (() => void) | undefined};

/**
 * The result of `work`, or undefined if it takes more processor time than `timeoutMs`. It is then stopped at any point,
 * even within a regular expression, so `recover` must discard everything that it was changing. On a busy machine `work`
 * may be stopped and started again with more time on the clock, so the load does not change the answer. Synchronous;
 * costs 0.1 ms.
 */
export function runWithin<T>(timeoutMs: number, work: () => T, recover?: () => void): T | undefined {
  for (let clockMs = timeoutMs; ; clockMs *= 2) {
    const before = process.threadCpuUsage();
    const done = tryWithin(clockMs, work);
    if (done) return done.result;
    recover?.();
    const {user, system} = process.threadCpuUsage(before);
    if (user + system >= timeoutMs * 1000 * CPU_SHARE) return undefined;
  }
}

/** Undefined if the time has run out. */
function tryWithin<T>(clockMs: number, work: () => T): {result: T} | undefined {
  let done: {result: T} | undefined;
  world[WORK] = () => {
    done = {result: work()};
  };
  try {
    script.runInThisContext({timeout: clockMs});
    return done;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return undefined;
    throw error;
  } finally {
    world[WORK] = undefined;
  }
}
