import {AsyncLocalStorage} from 'node:async_hooks';

/** Requests that wait to be sent, by a key of their sender. */
type Waiting = Map<string, unknown>;

const current = new AsyncLocalStorage<Waiting>();

/** Runs `work`, which asks many like questions at the same time: a client may send them as one request. */
export function whileTogether<T>(work: () => T): T {
  return current.run(new Map(), work);
}

/** Of the running `whileTogether`; undefined outside of one. */
export function waitingTogether(): Waiting | undefined {
  return current.getStore();
}
