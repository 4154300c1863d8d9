import PQueue from 'p-queue';
import {Problem} from './problem.ts';

/**
 * Lets `running` of the costly questions through at once and keeps `waiting` more in a row; whoever comes then is
 * sent away at once. So many questions at once take longer, but never all memory.
 */
export class Gate {
  readonly #queue: PQueue;
  readonly #waitingMax: number;

  constructor({running, waiting}: {running: number; waiting: number}) {
    this.#queue = new PQueue({concurrency: running});
    this.#waitingMax = waiting;
  }

  /** @throws Problem 429. */
  pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#queue.size >= this.#waitingMax) {
      throw new Problem(429, 'BUSY', 'too many searches at the same time', {
        hint: 'Try again in a second.',
        headers: {'Retry-After': '1'},
      });
    }
    return this.#queue.add(work);
  }
}
