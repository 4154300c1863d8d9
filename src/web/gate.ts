import PQueue from 'p-queue';
import {wantedSignal, whileWanted} from '../util/wanted.ts';

/** Searches and walks at once, and waiting; each holds some megabytes. */
const COSTLY = {running: 8, waiting: 64};

/** So many costly questions run and wait that this one was sent away. */
export class BusyError extends Error {
  override readonly name = 'BusyError';
  readonly retryAfterSeconds = 1;
}

/**
 * Lets `running` costly requests run at once and queues `waiting` more; further ones are refused at once. So many
 * requests take longer, but never all memory. There is one gate for the whole server. A request that has passed must not
 * pass again inside, or all running ones could wait for each other.
 */
export class Gate {
  readonly #queue: PQueue;
  readonly #waitingMax: number;

  constructor({running, waiting}: {running: number; waiting: number} = COSTLY) {
    this.#queue = new PQueue({concurrency: running});
    this.#waitingMax = waiting;
  }

  /** @throws BusyError. */
  pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#queue.size >= this.#waitingMax) throw new BusyError('too many searches at the same time');
    const signal = wantedSignal();
    // The queue begins work where other work has ended, and so with that one's signal.
    return this.#queue.add(async () => {
      // Who has left while it waited is not worked for.
      signal?.throwIfAborted();
      return signal ? whileWanted(signal, work) : work();
    });
  }
}
