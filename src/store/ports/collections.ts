import type {CtrError} from '../../util/ctr-error.ts';

/** The set as a whole, for readers: what engine it is, and whether it is there. */
export interface CollectionReader {
  readonly backend: 'sqlite' | 'opensearch';
  /** The engine and its version, for people: `OpenSearch 3.8.0`. */
  readonly engine: string;
  /** False where the collections were never created: readers then say so instead of failing. */
  hasCollections(): Promise<boolean>;
  /**
   * What of the set, or of the repository in it, another program has lost: a part that was emptied or restored from
   * another time than the rest (INDEX_UNUSABLE), or some documents (INDEX_CORRUPT). Undefined where no loss is found.
   * Costs a few requests, for an index of any size.
   */
  findLoss(repo: string): Promise<CtrError | undefined>;
}

/** The set as a whole, for writers. */
export interface CollectionStore extends CollectionReader {
  /** The three collections exist afterwards. Idempotent. */
  createCollections(): Promise<void>;
  /** What is stored for the repository now is what `findLoss` compares with from now on. For a run that ends well. */
  rememberHoldings(repo: string): Promise<void>;
  /** Everything put before is visible to queries afterwards. */
  refresh(): Promise<void>;
  /**
   * What was deleted is out of the engine's own files afterwards: until then a deletion is a mark beside the bytes.
   * Costs up to a rewrite of the whole set. Does not reach copies elsewhere (backups, replicas of the disk).
   */
  expunge(): Promise<void>;
  /** What is stored for the repository and visible to queries. `sizeBytes`: on disk, of the whole set. */
  count(repo: string): Promise<{entries: number; commits: number; refs: number; sizeBytes: number}>;
}
