import {AsyncLocalStorage} from 'node:async_hooks';

const current = new AsyncLocalStorage<AbortSignal>();

/** What `work` gives, which is wanted until `signal` is aborted. */
export function whileWanted<T>(signal: AbortSignal, work: () => T): T {
  return current.run(signal, work);
}

/**
 * Aborted when nobody wants what runs now any more; undefined where nobody can say so. Only for work that nobody else
 * waits for: what several share must go on when the first of them has left.
 */
export function wantedSignal(): AbortSignal | undefined {
  return current.getStore();
}
