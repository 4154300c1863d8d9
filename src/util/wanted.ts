import {AsyncLocalStorage} from 'node:async_hooks';

const current = new AsyncLocalStorage<AbortSignal | undefined>();

/** Runs `work`; its result is wanted until `signal` is aborted. */
export function whileWanted<T>(signal: AbortSignal, work: () => T): T {
  return current.run(signal, work);
}

/** Runs `work`, which several callers may wait for: it continues when the first of them has left. */
export function whileShared<T>(work: () => T): T {
  return current.run(undefined, work);
}

/**
 * Aborted when the result of the running code is no longer wanted; undefined if that is never said. Work that several
 * callers wait for runs in `whileShared`.
 */
export function wantedSignal(): AbortSignal | undefined {
  return current.getStore();
}
