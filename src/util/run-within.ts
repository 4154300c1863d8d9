import {Script} from 'node:vm';

/** Of the time by the clock, what nothing else has used: the thread never gets all of it. */
const CPU_SHARE = 0.8;
const WORK = Symbol.for('ctr.run-within');
const script = new Script(`globalThis[Symbol.for('ctr.run-within')]()`);
const world = globalThis as {[WORK]?: (() => void) | undefined};

/**
 * What `work` returns, or undefined where it takes more processor time than `timeoutMs`: it is then stopped wherever it
 * is, in the middle of a regular expression too, so whatever it was changing must be thrown away, which `recover` does.
 * On a busy machine it may be stopped and started again, with more time by the clock: the answer does not depend on
 * what else runs. Synchronous; costs 0.1 ms.
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

/** Undefined where the clock has ended it. */
function tryWithin<T>(clockMs: number, work: () => T): {result: T} | undefined {
  let done: {result: T} | undefined;
  world[WORK] = () => {
    done = {result: work()};
  };
  try {
    script.runInThisContext({timeout: clockMs});
    return done;
  } catch (error) {
    if (isTimeout(error)) return undefined;
    throw error;
  } finally {
    world[WORK] = undefined;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
