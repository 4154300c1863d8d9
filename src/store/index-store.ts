import type {BuildSettings} from '../domain/build-settings.ts';
import type {CommitRecord} from '../domain/commit.ts';
import type {Entry, EntrySummary} from '../domain/entry.ts';
import type {Lease} from '../domain/lease.ts';
import type {Query} from '../domain/query.ts';
import type {RefRecord, RefSummary} from '../domain/ref.ts';
import type {CtrError} from '../util/ctr-error.ts';

/** How many blob oids one `findEntries` takes. */
export const FIND_OIDS_MAX = 1000;

/** How many paths one `scanCommits` takes. */
export const SCAN_PATHS_MAX = 1000;

/** A stored document's version, for compare-and-set. Opaque; changes with every write of the document. */
export type Version = string;

/** Which repository owns a name in the index set, and what a reader without Git needs to know of it. */
export interface RepositoryRecord {
  /** Random id, kept in the repository's config as `ctr.id`. */
  readonly id: string;
  readonly name: string;
  /** Full name of the branch that HEAD points at, or undefined where HEAD is detached. */
  readonly head?: string | undefined;
  readonly objectFormat: 'sha1' | 'sha256';
  /** Whether other repositories may live in the same set. */
  readonly isShared: boolean;
  /**
   * Digest of the shallow boundary with which the histories of all commits agree; empty where history is whole. Absent
   * while they are brought to another one.
   */
  readonly boundary?: string | undefined;
  /** Everything that something of it in the index was derived with, oldest first: one, until a setting is changed. */
  readonly builtWith: readonly BuildSettings[];
}

/**
 * Which entries a question is about: those of a roaring bitmap of seqs (portable 32-bit format), or every version that
 * is stored for a repository, also such as no ref shows any more: the asker says which of them may be seen.
 */
export type EntryScope = Uint8Array | {readonly repo: string};

/** Entries by their scope, and what of them is wanted. */
export interface EntryFilter {
  /** Nothing outside of it is ever returned. */
  readonly snapshot: EntryScope;
  /** Only this path. */
  readonly path?: string | undefined;
  /** Only paths below this directory (no trailing slash); absent or empty: everything. */
  readonly under?: string | undefined;
}

export interface SearchRequest {
  readonly query: Query;
  readonly snapshot: EntryScope;
  /** At most this many hits; 0 only counts. */
  readonly limit: number;
  /** Whether all matches are counted by what they are as well. */
  readonly hasFacets?: boolean | undefined;
  /** Of the entries at one path only the best is a hit, of equal ones the newest; it says how many match there. */
  readonly isByPath?: boolean | undefined;
  /**
   * Told the content of each hit that has one, once, in any order; must not ask the store. Together they may be larger
   * than memory: the store keeps some megabytes of them at a time. Absent: no content is read.
   */
  readonly onContent?: ((entry: EntrySummary, content: string) => void) | undefined;
}

/** How many matches have a value: most first, equal ones by value; at most 1000 values (10,000 directories). */
export type Facet = readonly {readonly value: string; readonly count: number}[];

/** All matches by what they are, whatever the limit of the hits. What has no such value is not counted there. */
export interface Facets {
  readonly languages: Facet;
  /** Without dot, in lower case. */
  readonly extensions: Facet;
  /** The directories that files lie in themselves; the root is empty. */
  readonly directories: Facet;
  /** Why files are not found by words. */
  readonly notIndexed: Facet;
}

export interface SearchHit {
  readonly entry: EntrySummary;
  /** Greater is better; comparable within one answer only. */
  readonly score: number;
  /** How many entries at this path match; where hits are by path. */
  readonly versionCount?: number | undefined;
}

export interface SearchResult {
  /** How many entries match, however many are returned. Exact. */
  readonly total: number;
  /** Best first; equal scores by path. */
  readonly hits: readonly SearchHit[];
  /** Where they were asked for. */
  readonly facets?: Facets;
}

/** A commit as `log` shows it. */
export type CommitSummary = Omit<CommitRecord, 'snapshot' | 'history'>;

/** One of many: `paths` may be cut, as was asked for; `pathsTotal` is how many there are. */
export type ListedCommit = CommitSummary & {readonly pathsTotal: number};

/** Who, when and what, in a line. */
export type CommitHead = Pick<CommitRecord, 'oid' | 'author' | 'committer' | 'subject'>;

export interface CommitFilter {
  /** Roaring bitmap of commit seqs: nothing outside of it is ever returned. */
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

/**
 * Which of a repository's entries are wanted: those with one of these blob oids (at most FIND_OIDS_MAX), or at this
 * path, or below it.
 */
export type StoredEntryFilter = {readonly oids: readonly string[]} | {readonly path: string};

/** Which of a repository's commits are wanted; absent members exclude nothing. */
export interface StoredCommitFilter {
  /** Roaring bitmap of commit seqs. */
  readonly seqs?: Uint8Array | undefined;
  /** Only commits that changed one of exactly these paths. At most SCAN_PATHS_MAX. */
  readonly paths?: readonly string[] | undefined;
  /** Only commits that are stored without parents. */
  readonly isRoot?: true | undefined;
}

/** A search in the engine's own words. */
export interface NativeSearch {
  readonly kind: 'search' | 'count';
  /** Random id of the repository. */
  readonly repo: string;
  /** Roaring bitmap of seqs, portable 32-bit format: nothing outside of it is answered about. */
  readonly snapshot: Uint8Array;
  /** As a client of the engine sends it. Not trusted. */
  readonly body: Readonly<Record<string, unknown>>;
  /** How the answer is to be written, of what the engine knows; the rest of its options are not for clients. */
  readonly format?:
    | {
        readonly typed_keys?: boolean | undefined;
        readonly rest_total_hits_as_int?: boolean | undefined;
        readonly filter_path?: string | undefined;
      }
    | undefined;
}

/** What the engine answered: also that it cannot run the search (400), in its own words. */
export interface NativeAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** What a set has many documents of. */
export type StoredSeries = 'entries' | 'commits' | 'refs';

/**
 * A document as it lies there, looked at with suspicion: somebody may have changed it behind our back. Bitmaps,
 * and whatever else the store does not need to understand, are as they were found.
 */
export interface StoredDocument<T> {
  /** The engine's own name of it, for `deleteDocuments`. */
  readonly key: string;
  /** The document id that it lies under (`documentId`), right or wrong. */
  readonly id: string;
  /** Its number; undefined where it has none, and for refs. */
  readonly seq?: number | undefined;
  /** What it says; undefined where it cannot be read as such a document. */
  readonly record?: T | undefined;
  /** Why it is not exactly what a put of `record` stores; undefined: it is. */
  readonly defect?: string | undefined;
}

/** A published name that is not as `publishRefs` would make it. */
export interface PublishedDifference {
  readonly alias: string;
  /** The ref that it should show; undefined: it should not be there. */
  readonly ref?: string | undefined;
}

/** A document that the index refused for what it is (not for load): its id and the index's own words. */
export interface RefusedDocument {
  readonly id: string;
  readonly reason: string;
}

/** A lease as it is stored; `lease` is undefined where it cannot be read: whoever takes it next writes it anew. */
export interface StoredLease {
  readonly lease: Lease | undefined;
  readonly version: Version;
}

/**
 * The index: entries, commits and refs of one index set, and what readers ask of them.
 *
 * Shared promises, each with a test in the conformance suite:
 * - Every put may be repeated. An id that is already there is left as it is by `putEntries` and `putCommits`.
 * - Visibility: what was put is found by id (`readEntrySeqs`, `readCommits`, `readRefs`) at once; it is found by
 *   queries (`search`, `scanEntries`, `findEntries`, `listCommits`, `scanCommits`, `readStoredSeqs`, `listRefs`, `findCommits`) after the next `refresh`.
 * - Strings survive exactly, whatever they hold (control characters, U+0000, unpaired quotes; lone surrogates do
 *   not occur). Bitmaps are roaring, portable 32-bit format; the empty set is a valid bitmap, never zero bytes.
 * - Errors are CtrErrors: BACKEND_UNAVAILABLE (no answer, overload: worth a retry), BACKEND_REFUSED (credentials,
 *   permissions), BACKEND_UNSUPPORTED (too old, not OpenSearch), INDEX_UNUSABLE (a part of the set is lost, closed or
 *   damaged, or another version of ctr made it: it has to be built again), CONFLICT (somebody else wrote first), NOT_FOUND
 *   (the collections were never created; those calls that answer for such a set say so).
 * - "Sorted" means by the bytes of the UTF-8 text.
 */
export interface IndexStore extends AsyncDisposable {
  readonly backend: 'sqlite' | 'opensearch';
  /** The engine and its version, for people: `OpenSearch 3.8.0`. */
  readonly engine: string;
  /** How many `putEntries` calls may run at once with profit. */
  readonly writeConcurrency: number;

  /** The three collections exist afterwards. Idempotent. */
  createCollections(): Promise<void>;
  /** False where the collections were never created: readers then say so instead of failing. */
  hasCollections(): Promise<boolean>;
  /** Every document of the repository is gone afterwards; of the whole set, every generation, where nobody else lives in it. */
  dropRepository(repo: string): Promise<void>;

  /** Repositories of the set, sorted by name. Empty where the collections do not exist. */
  listRepositories(): Promise<RepositoryRecord[]>;
  /**
   * The repository's record is stored afterwards.
   * @throws CONFLICT when another repository has the name, or lives here and one of the two does not share the set.
   */
  putRepository(record: RepositoryRecord): Promise<void>;

  /** The repository's lease; undefined where nobody has taken it yet. Sees every finished `putLease`. */
  readLease(repo: string): Promise<StoredLease | undefined>;
  /**
   * Writes the lease if its stored version is still `expected` (undefined: there must be none). Returns the new
   * version; undefined where somebody else wrote first.
   */
  putLease(repo: string, lease: Lease, expected: Version | undefined): Promise<Version | undefined>;

  /**
   * Reserves `count` consecutive numbers for the caller alone and returns the first. Entries and commits have
   * separate series, one per set, each from 0. Numbers that are never used are harmless. A `count` of 0 writes
   * nothing, and tells which number is next by the counter. Never a number that something in the set has or names, also
   * where the counter was lost or restored from an older time: a store looks before it reserves first.
   */
  reserveSeqs(series: 'entries' | 'commits', count: number): Promise<number>;

  /**
   * What of the set, or of the repository in it, was lost behind our back: a part that was emptied or restored from
   * another time than the rest (INDEX_UNUSABLE), or some documents (INDEX_CORRUPT). Undefined where nothing tells of a
   * loss; some requests, for an index of any size.
   */
  findLoss(repo: string): Promise<CtrError | undefined>;
  /** What is stored for the repository now is what `findLoss` compares with from now on. For a run that ends well. */
  rememberHoldings(repo: string): Promise<void>;

  /** The seqs of those entries that exist, by id. One request per 1000. */
  readEntrySeqs(ids: readonly string[]): Promise<Map<string, number>>;
  /**
   * The entries are stored afterwards, except the refused ones that are returned. The caller bounds the batch
   * (some 8 MB of content).
   * @throws CONFLICT when an id is already stored under another seq.
   */
  putEntries(entries: readonly Entry[]): Promise<RefusedDocument[]>;
  /**
   * Like `putEntries`, but overwrites: for an entry whose content could not be had or stored before.
   * @throws CONFLICT when an id is stored under another seq.
   */
  replaceEntries(entries: readonly Entry[]): Promise<RefusedDocument[]>;
  /** The repository's entries with these seqs are gone afterwards, for queries too. Returns how many there were. */
  deleteEntries(repo: string, seqs: Uint8Array): Promise<number>;
  /** Entries of the repository whatever shows them, in batches, in no particular order. */
  findEntries(repo: string, by: StoredEntryFilter): AsyncIterable<EntrySummary[]>;

  /** The commits that exist, whole, by oid. */
  readCommits(repo: string, oids: readonly string[]): Promise<Map<string, CommitRecord>>;
  /** The same without bitmaps, paths and messages. One request per 1000. */
  readCommitHeads(repo: string, oids: readonly string[]): Promise<Map<string, CommitHead>>;
  /** When those commits that are visible to queries were committed, in seconds since 1970, by oid. One request per 5000. */
  readCommitTimes(repo: string, oids: readonly string[]): Promise<Map<string, number>>;
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
  /** Commits of the repository whatever reaches them, whole, by seq ascending, in batches. */
  scanCommits(repo: string, filter: StoredCommitFilter): AsyncIterable<CommitRecord[]>;

  /** The seqs of everything that is stored for the repository, whatever shows it, as a bitmap. */
  readStoredSeqs(repo: string, series: 'entries' | 'commits'): Promise<Uint8Array>;

  /**
   * Every document that belongs to no other repository of the set, in batches, in no particular order, visible ones
   * only. Whatever a document holds is an answer and never a failure. `seqs`: only documents that say they have one
   * of these numbers. `withContent`: contents are read too, and then belong to what `defect` is about.
   */
  auditEntries(
    repo: string,
    wanted: {readonly withContent: boolean; readonly seqs?: Uint8Array | undefined},
  ): AsyncIterable<StoredDocument<Entry>[]>;
  /**
   * The same of commits. `oids`: only the documents that lie where these commits belong, visible or not; whether lists
   * beside them are right is then not looked at again.
   */
  auditCommits(
    repo: string,
    wanted?: {readonly oids?: readonly string[] | undefined},
  ): AsyncIterable<StoredDocument<CommitRecord>[]>;
  /** The same of refs, tombstones included. */
  auditRefs(repo: string): AsyncIterable<StoredDocument<RefRecord>[]>;
  /** The documents with these keys, and all that belongs to them, are gone afterwards. For what an audit found. */
  deleteDocuments(series: StoredSeries, keys: readonly string[]): Promise<void>;

  /** Everything put before is visible to queries afterwards. */
  refresh(): Promise<void>;
  /**
   * What was deleted is out of the engine's own files afterwards: until then a deletion is a mark beside the bytes.
   * Costs up to a rewrite of the whole set. Copies elsewhere (backups, replicas of the disk) are not reached.
   */
  expunge(): Promise<void>;

  /** Every ref of the repository with its version, tombstones included, sorted by name. Sees every finished `putRefs`. */
  listRefs(repo: string): Promise<(RefSummary & {readonly version: Version})[]>;
  /** The refs that exist (tombstones included), whole, by name. Sees every finished `putRefs` at once. */
  readRefs(repo: string, names: readonly string[]): Promise<Map<string, RefRecord>>;
  /**
   * Writes each ref as one atomic document if its stored version is still `expected` (undefined: it must not
   * exist). Returns the names that were not written because somebody else wrote first; the others are written.
   */
  putRefs(
    refs: readonly {readonly record: RefRecord; readonly expected: Version | undefined}[],
  ): Promise<string[]>;
  /**
   * The refs are gone afterwards, tombstones and all, if their stored versions are still as given. Returns the names
   * of those that somebody else wrote meanwhile: they stay.
   */
  deleteRefs(
    repo: string,
    refs: readonly {readonly name: string; readonly expected: Version}[],
  ): Promise<string[]>;
  /**
   * These refs, and no others of the repository, are published in the engine's own way for clients that know nothing
   * of ctr, all at once. OpenSearch: filtered aliases `<index>-files@<short name>`; docs/opensearch.md tells how names
   * are spelt. A ref that cannot be published (its filter is too large) is left out. A no-op where the engine has no
   * such thing.
   */
  publishRefs(refs: readonly RefRecord[], repo: string): Promise<void>;
  /** What `publishRefs` would change now, sorted by alias. */
  comparePublished(refs: readonly RefRecord[], repo: string): Promise<PublishedDifference[]>;

  /** @throws QUERY when the engine finds a pattern too complex. */
  search(request: SearchRequest): Promise<SearchResult>;
  /**
   * The answer of the engine itself to a search in its own words, about the entries of one snapshot of one repository
   * and no others, whatever the body says: not in hits, not in aggregations, not through what the search refers to.
   * What is not known to stay inside, to only read and to cost little is refused. Absent where the engine has no such
   * language (SQLite). OpenSearch: the bodies of `_search` and `_count`; docs/api.md says what of them.
   * @throws QUERY for what is refused: the message names it.
   */
  readonly searchNatively?: (search: NativeSearch) => Promise<NativeAnswer>;
  /** Entries in batches, in no particular order. One request per 10,000. */
  scanEntries(filter: EntryFilter): AsyncIterable<EntrySummary[]>;
  /** The entry at exactly this path, with its content; undefined where the snapshot has none. */
  readEntry(
    snapshot: Uint8Array,
    path: string,
  ): Promise<(EntrySummary & {readonly content?: string | undefined}) | undefined>;
  /** Newest first: by (order, seq) descending. In batches; stops after `limit`. */
  listCommits(filter: CommitFilter): AsyncIterable<ListedCommit[]>;
  /** Oids of commits that begin with `prefix` (4 or more hex digits), at most `limit`, sorted. */
  findCommits(repo: string, prefix: string, limit: number): Promise<string[]>;
  /** What is stored for the repository and visible to queries; for people, tests and benchmarks. `sizeBytes`: on disk. */
  count(repo: string): Promise<{entries: number; commits: number; refs: number; sizeBytes: number}>;
}

/**
 * An index set by its current generation, and what it takes to build it anew beside itself: the next generation grows
 * while the current one is read and written, and then takes its place. Each has its own collections, repositories,
 * refs, leases and counters.
 */
export interface IndexSet extends IndexStore {
  /**
   * The next generation, as a store of its own; created where there is none yet, so that whoever was interrupted
   * goes on. What it publishes takes effect when it is promoted. Disposed of before this store is.
   * @throws NOT_FOUND where the set was never created.
   */
  openNext(): Promise<IndexStore>;
  /**
   * A next generation that begins with nothing and needs nothing of the current one, which may be lost or damaged, also
   * where there is none: what was begun before is dropped. It gives no number that anything of the set is known to have.
   * The next `promoteNext` of this store makes it the current one.
   */
  openFresh(): Promise<IndexStore>;
  /** Whether a next generation is begun: it needs objects of which this one knows nothing. */
  hasNext(): Promise<boolean>;
  /** No next generation is left. */
  dropNext(): Promise<void>;
  /**
   * The next generation is the current one afterwards, at once for every reader and every writer: a call that began
   * before it is answered by the old one, whoever began to write there is refused from now on (CONFLICT), and a
   * store that only reads goes over by itself. Numbers go on where they were; leases are copied where the next
   * generation has none; refs stay published, so they must show the same numbers in both.
   * @throws NOT_FOUND where there is no next generation.
   */
  promoteNext(): Promise<void>;
  /**
   * Generations that were replaced are gone afterwards, but for those in which somebody still reads after `waitMs`:
   * false where one is left. Costs no request where the last `hasCollections` of this store saw none.
   */
  dropSuperseded(waitMs: number): Promise<boolean>;
}
