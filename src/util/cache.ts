import {LRUCache} from 'lru-cache';
import {whileShared} from './wanted.ts';

interface Work<T> {
  readonly compute: () => Promise<T>;
  /** About how many bytes the result takes. */
  readonly weigh: (value: T) => number;
}

interface Kept {
  readonly value: unknown;
  readonly bytes: number;
}

/** Results by key, bounded by their bytes in all. A result that several ask for at the same time is computed once. */
export class Cache {
  readonly #kept: LRUCache<string, Kept, () => Promise<Kept>>;

  constructor(bytesMax: number) {
    this.#kept = new LRUCache({
      maxSize: bytesMax,
      sizeCalculation: ({bytes}, key) => bytes + 2 * key.length + 100,
      // Callers still wait for a computation that has lost its place in the cache.
      ignoreFetchAbort: true,
      fetchMethod: (_key, _old, {context}) => whileShared(context),
    });
  }

  /** Returns the kept result of `compute`, or calls it. A failure goes to all who wait for it, and is not kept. */
  async remember<T>(key: string, {compute, weigh}: Work<T>): Promise<T> {
    const context = async () => {
      const value = await compute();
      return {value, bytes: weigh(value)};
    };
    return (await this.#kept.forceFetch(key, {context})).value as T;
  }
}
