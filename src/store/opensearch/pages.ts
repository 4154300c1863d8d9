import {wantedSignal} from '../../util/wanted.ts';
import type {QueryClause} from './bitmap-filter.ts';
import type {Collection} from './collections.ts';
import type {Server} from './server.ts';
import type {Terms} from './terms.ts';

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
  /** What the body asked for under `aggs`. */
  readonly aggregations: Readonly<Record<string, Aggregation>>;
}

export interface PageRequest {
  readonly query: QueryClause;
  /** Ends in a field that no two documents share. */
  readonly sort: readonly object[];
  /** At most this many hits in all. */
  readonly limit?: number | undefined;
  readonly pageSize: number;
  /** The sort values behind which to begin. */
  readonly after?: readonly unknown[] | undefined;
  /** Further members of the search body. */
  readonly body: object;
  /** What a query that OpenSearch cannot run means: it is the asker's mistake. */
  readonly onBadQuery?: ((reason: string) => Error) | undefined;
}

/** OpenSearch refuses larger pages (index.max_result_window). */
export const PAGE_MAX = 10_000;

/** The hits in their order, page by page; at least one page, the last one possibly empty. */
export async function* searchPages(
  server: Server,
  collection: Collection,
  request: PageRequest,
): AsyncGenerator<Page> {
  let left = request.limit ?? Number.POSITIVE_INFINITY;
  let after = request.after;
  for (;;) {
    const size = Math.min(request.pageSize, left);
    const page = await searchPage(server, collection, request, {size, ...(after && {search_after: after})});
    yield page;
    left -= page.hits.length;
    after = page.hits.at(-1)?.sort;
    if (page.hits.length < size || left <= 0) return;
  }
}

async function searchPage(
  server: Server,
  {name}: Collection,
  {query, sort, body, onBadQuery}: PageRequest,
  place: object,
): Promise<Page> {
  const {status, body: answer} = await server.send({
    method: 'POST',
    path: `/${name}/_search`,
    query: {
      // Half an answer is a wrong answer.
      allow_partial_search_results: false,
      // It ends where nobody waits for it any more, though no end of the connection says so (behind a proxy).
      cancel_after_time_interval: `${server.timeoutMs}ms`,
    },
    isSearch: true,
    signal: wantedSignal(),
    body: {query, sort, track_total_hits: false, ...body, ...place},
    expected: onBadQuery ? [400] : [],
  });
  if (status === 400 && onBadQuery) throw onBadQuery(reasonOf(answer));
  return {
    hits: answer.hits.hits,
    total: answer.hits.total?.value ?? 0,
    aggregations: answer.aggregations ?? {},
  };
}

function reasonOf(answer: {error?: {root_cause?: {reason?: string}[]; reason?: string}}): string {
  return answer.error?.root_cause?.[0]?.reason ?? answer.error?.reason ?? 'bad query';
}
