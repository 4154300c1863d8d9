/** The part of the configuration on which indexing depends. */
export interface SyncSettings {
  /** Random id of the repository (`ctr.id`). */
  readonly repo: string;
  readonly name: string;
  /** Name of the index set; the first part of every object's key. */
  readonly index: string;
  readonly isShared: boolean;
  /** Globs of full ref names; `!glob` excludes. Empty: every ref. */
  readonly refs: readonly string[];
  /** Globs of full ref names that are published as aliases in addition to HEAD's branch. */
  readonly publish: readonly string[];
  /** `all`: the files of every commit; `refs`: only the files that a ref shows now. */
  readonly history: 'all' | 'refs';
  /** Paths, as in .gitignore, whose content is neither in the index nor in the object store. */
  readonly exclude: readonly string[];
  /** Larger texts are kept as objects and not searched. */
  readonly textMaxBytes: number;
  /** Of the collections of files and commits. */
  readonly shards: number;
  /** The index gets the trigrams of texts. */
  readonly substrings: boolean;
}
