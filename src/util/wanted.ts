import {AsyncLocalStorage} from 'node:async_hooks';

const current = new AsyncLocalStorage<AbortSignal | undefined>();

/** What `work` gives, which is wanted until `signal` is aborted. */
export function whileWanted<T>(signal: AbortSignal, work: () => T): T {
  return current.run(signal, work);
}

/** What `work` gives, which several may wait for: it goes on when the first of them has left. */
export function whileShared<T>(work: () => T): T {
  return current.run(undefined, work);
}

/**
 * Aborted when nobody wants what runs now any more; undefined where nobody can say so. Work that several wait for runs
 * in `whileShared`.
 */
export function wantedSignal(): AbortSignal | undefined {
  return current.getStore();
}
