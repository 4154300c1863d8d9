import type {CommitHead, CommitNode, CommitRecord, ListedCommit} from '../../domain/commit.ts';
import type {WantedCommit} from '../../domain/commit-match.ts';

/** How many paths one `scanCommits` takes. */
export const SCAN_PATHS_MAX = 1000;

/** Wanted texts and times are matched by `commitTest`. */
export interface CommitFilter extends WantedCommit {
  /** Roaring bitmap of commit seqs: no commit outside of it is ever returned. */
  readonly history: Uint8Array;
  /** Only commits whose paths hold this path, or one below it. Absent or empty: all. */
  readonly path?: string | undefined;
  /** Only commits that come behind this one in the order of the listing. */
  readonly after?: Pick<CommitRecord, 'order' | 'seq'> | undefined;
  /** At most this many; absent: all. */
  readonly limit?: number | undefined;
  /** Of each commit at most this many paths, the first; absent: all. A commit may change millions. */
  readonly pathsMax?: number | undefined;
}

/** Which of a repository's commits are wanted; absent members exclude nothing. */
export interface StoredCommitFilter {
  /** Roaring bitmap of commit seqs. */
  readonly seqs?: Uint8Array | undefined;
  /** Only commits that changed one of exactly these paths. At most SCAN_PATHS_MAX. */
  readonly paths?: readonly string[] | undefined;
  /** Only commits that are stored without parents. */
  readonly isRoot?: true | undefined;
}

/** Commits by oid, and the log. */
export interface CommitReader {
  /** The commits that exist, by oid. One request per 200. */
  readCommits(repo: string, oids: readonly string[]): Promise<Map<string, CommitNode>>;
  /** The paths that those commits which exist have changed, by oid. One request per 50. */
  readCommitPaths(repo: string, oids: readonly string[]): Promise<Map<string, readonly string[]>>;
  /** The same as `readCommits` without bitmaps and messages. One request per 1000. */
  readCommitHeads(repo: string, oids: readonly string[]): Promise<Map<string, CommitHead>>;
  /** When those commits that are visible to queries were committed, in seconds since 1970, by oid. One request per 5000. */
  readCommitTimes(repo: string, oids: readonly string[]): Promise<Map<string, number>>;
  /**
   * Newest first: by (order, seq) descending. In batches; stops after `limit`. Commits that do not match are read in
   * batches, too, and never kept.
   */
  listCommits(filter: CommitFilter): AsyncIterable<ListedCommit[]>;
  /** Commits of the repository, also such as no ref reaches, by seq ascending, in batches. */
  scanCommits(repo: string, filter: StoredCommitFilter): AsyncIterable<CommitNode[]>;
  /** Oids of commits that begin with `prefix` (4 or more hex digits), at most `limit`, sorted. */
  findCommits(repo: string, prefix: string, limit: number): Promise<string[]>;
}

/** Every commit that is stored. */
export interface CommitStore extends CommitReader {
  /** Which of the oids are stored as commits. Cheaper than `readCommits`. */
  readKnownCommits(repo: string, oids: readonly string[]): Promise<Set<string>>;
  /** The seqs of those commits that exist, by oid. One request per 1000. */
  readCommitSeqs(repo: string, oids: readonly string[]): Promise<Map<string, number>>;
  /** @throws CONFLICT when an oid is already stored under another seq. */
  putCommits(commits: readonly CommitRecord[]): Promise<void>;
  /** Like `putCommits`, but overwrites. @throws CONFLICT when an oid is already stored under another seq. */
  replaceCommits(commits: readonly CommitRecord[]): Promise<void>;
  /** The repository's commits with these seqs are gone afterwards, for queries too. Returns how many there were. */
  deleteCommits(repo: string, seqs: Uint8Array): Promise<number>;
}
