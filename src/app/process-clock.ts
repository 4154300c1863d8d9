import {setTimeout} from 'node:timers/promises';
import type {WorkerOptions} from '../queue/worker.ts';

/**
 * Clock, timer and random of the process, for loops whose tests choose their own. The signal is never aborted: a signal
 * of the operating system ends such a process like any other, and notes and events wait for the next one.
 */
export const PROCESS_CLOCK: Pick<WorkerOptions, 'now' | 'delay' | 'random' | 'signal'> = {
  now: () => performance.now(),
  delay: async (delayMs, signal) => {
    await setTimeout(delayMs, undefined, {signal}).catch(() => undefined);
  },
  random: Math.random,
  signal: new AbortController().signal,
};
