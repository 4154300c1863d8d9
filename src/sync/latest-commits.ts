import {LRUCache} from 'lru-cache';
import type {Bitmap} from '../domain/bitmap.ts';

const KEPT_MAX_BYTES = 16 * 1024 * 1024;
/** Memory of a commit in addition to its bitmap. */
const COMMIT_BYTES = 1024;

/** Facts about the latest commits, by oid, up to 16 MB. The last one is kept even if it alone is larger. */
export interface LatestCommits<T extends {readonly history: Bitmap}> {
  /** Valid until the next `set`. */
  get(oid: string): T | undefined;
  /** Becomes the owner of the history. */
  set(oid: string, known: T): void;
  clear(): void;
}

/**
 * Commits arrive branch by branch, so few wait long for their children. `bytesOf` is the memory of one in addition to its
 * history.
 */
export function openLatestCommits<T extends {readonly history: Bitmap}>(
  bytesOf: (known: T) => number = () => 0,
): LatestCommits<T> {
  const sizeOf = (known: T) => COMMIT_BYTES + known.history.serializedBytes + bytesOf(known);
  return new LRUCache<string, T>({
    maxSize: KEPT_MAX_BYTES,
    sizeCalculation: (known) => Math.min(sizeOf(known), KEPT_MAX_BYTES),
    dispose: ({history}) => history[Symbol.dispose](),
  });
}
