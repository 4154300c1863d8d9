import type {Bitmap} from '../domain/bitmap.ts';
import {WeightedCache} from '../util/weighted-cache.ts';

const KEPT_MAX_BYTES = 16 * 1024 * 1024;
/** What one takes beyond its bitmap. */
const COMMIT_BYTES = 1024;

/** What is known of the commits that were met last, by oid: as much as 16 MB hold, the last one whatever it takes. */
export interface LatestCommits<T extends {readonly history: Bitmap}> {
  /** Valid until the next `set`. */
  get(oid: string): T | undefined;
  /** Takes the history over. */
  set(oid: string, known: T): void;
  clear(): void;
}

/**
 * Commits come line of history by line of history, so few wait long for their children. `bytesOf` says what one takes
 * beyond its history.
 */
export function openLatestCommits<T extends {readonly history: Bitmap}>(
  bytesOf: (known: T) => number = () => 0,
): LatestCommits<T> {
  const kept = new WeightedCache<T>(KEPT_MAX_BYTES, ({history}) => history[Symbol.dispose]());
  return {
    get: (oid) => kept.get(oid),
    set(oid, known) {
      const bytes = COMMIT_BYTES + known.history.serializedBytes + bytesOf(known);
      kept.set(oid, known, Math.min(bytes, KEPT_MAX_BYTES));
    },
    clear: () => kept.clear(),
  };
}
