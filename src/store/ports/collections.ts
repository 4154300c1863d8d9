import type {CtrError} from '../../util/ctr-error.ts';

/** The set as a whole, for readers: what engine it is, and whether it is there. */
export interface CollectionReader {
  readonly backend: 'sqlite' | 'opensearch';
  /** The engine and its version, for people: `OpenSearch 3.8.0`. */
  readonly engine: string;
  /** False where the collections were never created: readers then say so instead of failing. */
  hasCollections(): Promise<boolean>;
  /**
   * A loss in the set, or of the repository in it, that another program has caused: a part that was emptied or restored
   * from another time than the rest (INDEX_UNUSABLE), or lost documents (INDEX_CORRUPT). Undefined if no loss is found.
   * Costs a few requests, for an index of any size.
   */
  findLoss(repo: string): Promise<CtrError | undefined>;
}

/** The set as a whole, for writers. */
export interface CollectionStore extends CollectionReader {
  /** The three collections exist afterwards. Idempotent. */
  createCollections(): Promise<void>;
  /** Records the current documents of the repository for `findLoss`. Called at the end of a complete run. */
  rememberHoldings(repo: string): Promise<void>;
  /** Everything put before is visible to queries afterwards. */
  refresh(): Promise<void>;
  /**
   * Removes deleted content from the engine's own files: until then a deletion only marks the bytes. Costs up to a rewrite
   * of the whole set. Does not reach other copies (backups, replicas of the disk).
   */
  expunge(): Promise<void>;
  /**
   * True if bytes of deleted documents may be in the engine's files until an `expunge`. False where the engine removes them
   * by itself in time (OpenSearch).
   */
  hasDeletedBytes(): Promise<boolean>;
  /** Counts the stored documents of the repository that queries see. `sizeBytes`: on disk, of the whole set. */
  count(repo: string): Promise<{entries: number; commits: number; refs: number; sizeBytes: number}>;
}
