import {LRUCache} from 'lru-cache';
import type {IndexReader} from '../store/ports/index-store.ts';

const KEPT_MAX = 200;
/** A text that was refused or unreadable may be read later. */
const KEPT_MAX_MS = 60_000;
const kept = new WeakMap<IndexReader, LRUCache<string, object>>();

/**
 * `compute`, or what it gave for the same question not long ago, as long as the store is open. The question has
 * everything that the answer depends on: it is about commits, which do not change. `isFinal`: true if it may be kept.
 */
export async function keepAnswer<T extends object>(
  store: IndexReader,
  question: readonly unknown[],
  {compute, isFinal = () => true}: {compute: () => Promise<T>; isFinal?: (answer: T) => boolean},
): Promise<T> {
  const cache = kept.get(store) ?? new LRUCache({max: KEPT_MAX, ttl: KEPT_MAX_MS});
  kept.set(store, cache);
  const key = JSON.stringify(question);
  const known = cache.get(key) as T | undefined;
  if (known) return known;
  const answer = await compute();
  if (isFinal(answer)) cache.set(key, answer);
  return answer;
}
