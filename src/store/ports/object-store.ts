import type {Readable} from 'node:stream';

/** Part of an object: its first and its last byte, both of them included, from 0. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Bytes of a put that has not ended, or never will: no object yet, and nothing that a reader sees. */
export interface UnfinishedPut {
  /** The backend's own name of it, for `deleteUnfinished`. */
  readonly id: string;
  readonly sizeBytes: number;
}

/**
 * The objects: exact bytes that the index cannot restore, each under a key whose bytes never change.
 *
 * Shared promises, each with a test in the conformance suite:
 * - A put is atomic: a reader sees the whole object or none, also when the writer dies in the middle. It may be
 *   repeated; the bytes of a key never change.
 * - A key is made of [0-9a-zA-Z._-] and slashes, never of a name that came from a push.
 * - Errors are CtrErrors: BACKEND_UNAVAILABLE (worth a retry), BACKEND_REFUSED (credentials, no such bucket).
 * - No call waits for ever: a backend that goes silent ends in BACKEND_UNAVAILABLE.
 */
export interface ObjectStore extends AsyncDisposable {
  readonly backend: 'files' | 's3';
  /** How many `put` calls may run at once with profit. */
  readonly writeConcurrency: number;
  /** The place for objects exists afterwards. Idempotent. */
  createPlace(): Promise<void>;
  /**
   * Stores exactly `sizeBytes` bytes under `key`. A source that ends early or fails leaves nothing behind, and
   * the call rejects.
   */
  put(key: string, sizeBytes: number, source: Uint8Array | Readable): Promise<void>;
  /**
   * The bytes, or those of `range` (which lies within the object) and no others; undefined where there is no such
   * object. The caller reads to the end or destroys the stream.
   */
  get(key: string, range?: ByteRange): Promise<Readable | undefined>;
  /** Size in bytes, or undefined where there is no such object. */
  stat(key: string): Promise<number | undefined>;
  /** Every key that begins with `prefix` with its size, in no particular order, in batches. */
  list(prefix: string): AsyncIterable<{readonly key: string; readonly sizeBytes: number}[]>;
  /** The objects are gone afterwards; one that was not there is no error. */
  delete(keys: readonly string[]): Promise<void>;
  /**
   * Unfinished puts of keys that begin with `prefix`, in batches: those of dead writers and of running ones. Files: those of
   * the whole place, since unfinished files have no key. S3: one request per 1000 uploads, and one for the size of each.
   */
  listUnfinished(prefix: string): AsyncIterable<UnfinishedPut[]>;
  /** Deletes their bytes; a put that has ended in between is no error. A put that is still running fails. */
  deleteUnfinished(puts: readonly UnfinishedPut[]): Promise<void>;
}

/** The key of a blob's bytes: `<index>/<repository id>/ab/abcdef...`. */
export function objectKeyOf({oid, ...owner}: {index: string; repo: string; oid: string}): string {
  return `${objectPrefixOf(owner)}${oid.slice(0, 2)}/${oid}`;
}

/** The prefix of all keys of a repository's objects. */
export function objectPrefixOf({index, repo}: {index: string; repo: string}): string {
  return `${index}/${repo}/`;
}
