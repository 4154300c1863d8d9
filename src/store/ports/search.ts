import type {EntrySummary} from '../../domain/entry.ts';
import type {Facets} from '../../domain/facets.ts';
import type {EntryOrder, Expression} from '../../domain/query/query.ts';
import type {EntryScope} from './entries.ts';

export interface SearchRequest {
  /** Without text clauses: those are decided by `scanContents`. */
  readonly expression: Expression;
  readonly snapshot: EntryScope;
  /** At most this many hits; 0 only counts. */
  readonly limit: number;
  /** So many of the first hits are left out. Default: 0. */
  readonly offset?: number | undefined;
  /** Default: relevance. */
  readonly order?: EntryOrder | undefined;
  /** True: also counts all matches by their properties. */
  readonly hasFacets?: boolean | undefined;
  /** Of the entries at one path only the best is a hit, of equal ones the newest; the hit says how many match there. */
  readonly isByPath?: boolean | undefined;
  /**
   * Called with the content of each hit that has one, once, in any order; must not ask the store. Together they may be
   * larger than memory: the store keeps some megabytes of them at a time. Absent: no content is read.
   */
  readonly onContent?: ((entry: EntrySummary, content: string) => void) | undefined;
}

/** Which entries' contents are wanted. */
export type ContentScan = Pick<SearchRequest, 'expression' | 'snapshot'>;

/** The content of one entry. */
export interface FoundContent {
  readonly seq: number;
  readonly content: string;
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
  /** In the wanted order; equal ones by path. */
  readonly hits: readonly SearchHit[];
  /** Where they were asked for. */
  readonly facets?: Facets;
}

/** A search in the engine's own words. */
export interface NativeSearch {
  readonly kind: 'search' | 'count';
  /** Random id of the repository. */
  readonly repo: string;
  /** Roaring bitmap of seqs, portable 32-bit format: the answer is about these entries only. */
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

/** The engine's answer: also its own error if it cannot run the search (400). */
export interface NativeAnswer {
  readonly status: number;
  readonly body: unknown;
}

export interface SearchPort {
  /** @throws QUERY when the engine finds a pattern too complex. */
  search(request: SearchRequest): Promise<SearchResult>;
  /** The seqs of all entries that match: a roaring bitmap, portable 32-bit format. OpenSearch: one request per 10,000. */
  findSeqs(search: Pick<SearchRequest, 'expression' | 'snapshot'>): Promise<Uint8Array>;
  /** The contents of the entries that match and have one, in batches of some megabytes, in any order. */
  scanContents(scan: ContentScan): AsyncIterable<FoundContent[]>;
  /**
   * The answer of the engine itself to a search in its own words, about the entries of one snapshot of one repository
   * and no others, regardless of the body: not in hits, not in aggregations, not through what the search refers to.
   * What is not known to stay inside, to only read and to cost little is refused. Absent where the engine has no such
   * language (SQLite). OpenSearch: the bodies of `_search` and `_count`; docs/api.md lists what is accepted.
   * @throws QUERY for what is refused: the message names it.
   */
  readonly searchNatively?: (search: NativeSearch) => Promise<NativeAnswer>;
}
