import {whileShared} from './wanted.ts';
import {WeightedCache} from './weighted-cache.ts';

interface Work<T> {
  readonly compute: () => Promise<T>;
  /** About how many bytes the result takes. */
  readonly weigh: (value: T) => number;
}

/** Results by key, bounded by their weight in all. What several ask for at the same time is computed once. */
export class Memory {
  readonly #kept: WeightedCache<{readonly value: unknown}>;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(weightMaxBytes: number) {
    this.#kept = new WeightedCache(weightMaxBytes);
  }

  /** What `compute` gives, or gave lately. A failure is given to all who wait for it, and is not kept. */
  async remember<T>(key: string, {compute, weigh}: Work<T>): Promise<T> {
    const known = this.#kept.get(key);
    if (known) return known.value as T;
    const running = this.#running.get(key);
    if (running) return running as Promise<T>;
    const work = whileShared(compute);
    this.#running.set(key, work);
    try {
      const value = await work;
      this.#kept.set(key, {value}, weigh(value) + 2 * key.length + 100);
      return value;
    } finally {
      this.#running.delete(key);
    }
  }
}
