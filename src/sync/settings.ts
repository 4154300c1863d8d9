/** What of the configuration decides how a repository is indexed. */
export interface SyncSettings {
  /** Random id of the repository (`ctr.id`). */
  readonly repo: string;
  readonly name: string;
  /** Name of the index set; the first part of every object's key. */
  readonly index: string;
  readonly isShared: boolean;
  /** Globs of full ref names; `!glob` takes out again. Empty: every ref. */
  readonly refs: readonly string[];
  /** Globs of full ref names that are also published as aliases, besides HEAD's branch. */
  readonly publish: readonly string[];
  /** `all`: the files of every commit; `refs`: only those that a ref shows now. */
  readonly history: 'all' | 'refs';
  /** Paths, as in .gitignore, whose content is kept out of the index and of the object store. */
  readonly exclude: readonly string[];
  /** Larger texts are kept as objects and not searched. */
  readonly textMaxBytes: number;
}
