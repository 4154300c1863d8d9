import {definedOf} from '../../../util/defined-of.ts';
import {wantedSignal} from '../../../util/wanted.ts';
import type {NativeAnswer, NativeSearch} from '../../ports/search.ts';
import {bitmapFilter} from '../bitmap-filter.ts';
import type {Collection} from '../collection-indexes.ts';
import {errorAnswerOf} from '../server.ts';
import {translateAnswer} from '../translate-error.ts';
import {checkBody} from './check-body.ts';

const TIME_MAX_SECONDS = 15;

/**
 * OpenSearch's own answer to a search on a branch. The branch is a filter around the client's query, so that hits and
 * aggregations alike are made of its files; `checkBody` lets nothing pass that looks elsewhere.
 */
export async function searchNatively(
  {server, name}: Collection,
  {kind, repo, snapshot, body, format = {}}: NativeSearch,
): Promise<NativeAnswer> {
  checkBody(kind, body);
  const {query = {match_all: {}}} = body;
  const inside = {bool: {filter: [bitmapFilter(snapshot), {term: {repo}}], must: [query]}};
  const limits = {allow_partial_search_results: false, cancel_after_time_interval: `${TIME_MAX_SECONDS}s`};
  const {status, body: answer} = await server.sendOnce({
    method: 'POST',
    // Counts, too: `_count` knows no limit of time.
    path: `/${name}/_search`,
    query: {...definedOf(kind === 'search' ? format : countFormat(format)), ...limits},
    body: {...body, query: inside, ...(kind === 'count' && {size: 0, track_total_hits: true})},
    expected: [400, 503],
    isSearch: true,
    signal: wantedSignal(),
  });
  const isClosed = errorAnswerOf(status, answer).type === 'index_closed_exception';
  if (isClosed || (status === 503 && !isTooManyBuckets(answer))) {
    throw translateAnswer(server.url, errorAnswerOf(status, answer));
  }
  if (status === 503) return {status: 400, body: {...answer, status: 400}};
  return {status, body: kind === 'count' && status === 200 ? countOf(answer) : answer};
}

/** The filter of a count's answer, translated from that of a search. */
function countFormat({filter_path}: NonNullable<NativeSearch['format']>): NativeSearch['format'] {
  const paths = filter_path?.split(',').map((path) => path.replace(/^(-?)count$/, '$1hits.total.value'));
  return {filter_path: paths?.join()};
}

/** The answer to a search without hits, as `_count` gives it. */
function countOf({hits, _shards}: {hits?: {total?: {value?: number}}; _shards?: object}) {
  const count = hits?.total?.value;
  return {...(count !== undefined && {count}), ...(_shards && {_shards})};
}

/** OpenSearch reports a request for too many buckets as an overload. */
function isTooManyBuckets(answer: {
  error?: {root_cause?: {type?: string}[]; caused_by?: {type?: string}};
}): boolean {
  const {root_cause: causes = [], caused_by: cause} = answer.error ?? {};
  return [...causes, cause].some((one) => one?.type === 'too_many_buckets_exception');
}
