import {wantedSignal} from '../../util/wanted.ts';
import type {QueryClause} from './bitmap-filter.ts';
import type {Collection} from './collection-indexes.ts';
import {errorAnswerOf} from './server.ts';
import type {Terms} from './terms.ts';
import {translateAnswer} from './translate-error.ts';

export interface Hit {
  /** Absent where only terms were asked for. */
  readonly _id?: string;
  readonly _score: number | null;
  readonly _source?: Record<string, unknown>;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly fields?: Terms;
  readonly sort?: readonly unknown[];
}

/** The answer to a `terms` aggregation. */
export interface Aggregation {
  readonly buckets: readonly {readonly key: string; readonly doc_count: number}[];
}

export interface Page {
  readonly hits: readonly Hit[];
  /** Exact; only where `track_total_hits` was asked for. */
  readonly total: number;
  /** The results of the body's `aggs`. */
  readonly aggregations: Readonly<Record<string, Aggregation>>;
}

export interface PageRequest {
  readonly query: QueryClause;
  /** Ends in a field that no two documents share. */
  readonly sort: readonly object[];
  /** At most this many hits in all. */
  readonly limit?: number | undefined;
  readonly pageSize: number;
  /** There are hardly more hits than this; absent: nothing is known of their number. */
  readonly expectedMax?: number | undefined;
  /** Scores are comparable, however many shards there are: it costs one more round where there are several. */
  readonly isRanked?: boolean | undefined;
  /** The sort values behind which to begin. */
  readonly after?: readonly unknown[] | undefined;
  /** Further members of the search body. */
  readonly body: object;
  /** Makes the error for a query that OpenSearch cannot run: the caller's mistake. */
  readonly onBadQuery?: ((reason: string) => Error) | undefined;
}

/** With the terms of a file. */
const HIT_BYTES = 500;

/** OpenSearch refuses larger pages, and possibly smaller ones (index.max_result_window). */
export const PAGE_MAX = 10_000;

/** The hits in their order, page by page; at least one page, the last one possibly empty. */
export async function* searchPages(collection: Collection, request: PageRequest): AsyncGenerator<Page> {
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  let {after, pageSize} = request;
  for (;;) {
    const size = Math.min(pageSize, left);
    const page = await searchPage(collection, request, {size, ...(after && {search_after: after})});
    if (!page) {
      pageSize = await readWindow(collection);
      continue;
    }
    yield page;
    left -= page.hits.length;
    after = page.hits.at(-1)?.sort;
    if (page.hits.length < size || left <= 0) return;
  }
}

/** Undefined where the page is too large for the collection. */
async function searchPage(
  collection: Collection,
  {query, sort, body, isRanked, expectedMax = Number.POSITIVE_INFINITY, onBadQuery}: PageRequest,
  place: {readonly size: number},
): Promise<Page | undefined> {
  const {server} = collection;
  const {status, body: answer} = await server.send({
    method: 'POST',
    path: `/${collection.name}/_search`,
    query: {
      // Half an answer is a wrong answer.
      allow_partial_search_results: false,
      ...(isRanked && {search_type: 'dfs_query_then_fetch'}),
      // Ends an abandoned search also if OpenSearch does not see the end of the connection (behind a proxy).
      cancel_after_time_interval: `${server.timeoutMs}ms`,
    },
    isSearch: true,
    signal: wantedSignal(),
    body: {query, sort, track_total_hits: false, ...body, ...place},
    answerBytes: HIT_BYTES * Math.min(place.size, expectedMax),
    expected: [400],
  });
  if (status === 400) {
    const said = errorAnswerOf(status, answer);
    // Nothing but the size itself tells this from a query that cannot be run.
    if (said.type === ILLEGAL && place.size > (await readWindow(collection))) return undefined;
    if (onBadQuery && QUERY_FAULTS.has(said.type)) throw onBadQuery(reasonOf(answer));
    throw translateAnswer(server.url, said);
  }
  return {
    hits: answer.hits.hits,
    total: answer.hits.total?.value ?? 0,
    aggregations: answer.aggregations ?? {},
  };
}

/** The owner's limit of a page. */
export async function readWindow({server, name}: Collection): Promise<number> {
  const {body} = await server.send({
    method: 'GET',
    path: `/${name}/_settings/index.max_result_window`,
    query: {flat_settings: true},
  });
  const found = Object.values(body as Record<string, {settings: Record<string, string>}>);
  return Math.min(
    PAGE_MAX,
    ...found.map(({settings}) => Number(settings['index.max_result_window'] ?? PAGE_MAX)),
  );
}

const ILLEGAL = 'illegal_argument_exception';
/** A query that is too much for the engine, or none: the asker's fault, and nothing else's. */
const QUERY_FAULTS: ReadonlySet<string> = new Set([
  ILLEGAL,
  'query_shard_exception',
  'parsing_exception',
  'x_content_parse_exception',
  'too_many_clauses',
  'too_many_nested_clauses',
  'too_complex_to_determinize_exception',
]);

function reasonOf(answer: {error?: {root_cause?: {reason?: string}[]; reason?: string}}): string {
  return answer.error?.root_cause?.[0]?.reason ?? answer.error?.reason ?? 'bad query';
}
