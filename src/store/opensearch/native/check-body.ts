import * as is from './check.ts';
import {type Check, plain, refused} from './check.ts';
import {checkAggregations} from './check-aggregations.ts';
import {checkQuery} from './check-query.ts';

/** OpenSearch's own limit (index.max_result_window). */
const WINDOW_MAX = 10_000;
/** How many hits may carry texts, which may be some megabytes each. */
const HITS_WITH_TEXT_MAX = 50;

const isPatterns = is.oneOrMore(is.text, {max: 64});
const isField: Check = (value, at, budget) =>
  (typeof value === 'string' ? is.text : is.object({field: is.text, format: is.text}))(value, at, budget);

const isSource: Check = (value, at, budget) => {
  if (typeof value === 'boolean') return;
  const isWritten = typeof value === 'string' || Array.isArray(value);
  const object = is.object({includes: isPatterns, excludes: isPatterns});
  (isWritten ? isPatterns : object)(value, at, budget);
};

/** Fields of documents alone: neither a script nor a distance. */
const isSort = is.oneOrMore(
  (value, at, budget) => {
    if (typeof value === 'string') return is.text(value, at, budget);
    const parameters = is.object(
      plain('order', 'missing', 'mode', 'unmapped_type', 'numeric_type', 'format'),
    );
    is.named(
      (inner, where) => {
        const isOwn = /\._(?!score$|doc$)[^.]*$/.test(where);
        if (isOwn) throw refused(where, 'is nothing to sort by');
        (typeof inner === 'string' ? is.text : parameters)(inner, where, budget);
      },
      {max: 8},
    )(value, at, budget);
  },
  {max: 8},
);

const HIGHLIGHT = {
  ...plain('type', 'order', 'encoder', 'require_field_match', 'boundary_scanner', 'max_analyzer_offset'),
  pre_tags: is.list(is.text, {max: 4}),
  post_tags: is.list(is.text, {max: 4}),
  // None would be the whole text.
  number_of_fragments: is.number({min: 1, max: 100}),
  fragment_size: is.number({min: 1, max: 10_000}),
  no_match_size: is.number({min: 0, max: 10_000}),
};
const isHighlight = is.object({
  ...HIGHLIGHT,
  fields: is.oneOrMore(is.named(is.object(HIGHLIGHT), {max: 32}), {max: 32}),
});

const SEARCH_BODY = is.object({
  query: checkQuery,
  post_filter: checkQuery,
  aggs: checkAggregations,
  aggregations: checkAggregations,
  from: is.number({min: 0, max: WINDOW_MAX}),
  size: is.number({min: 0, max: WINDOW_MAX}),
  sort: isSort,
  search_after: is.list(is.scalar, {max: 8}),
  _source: isSource,
  fields: is.list(isField, {max: 64}),
  docvalue_fields: is.list(isField, {max: 64}),
  highlight: isHighlight,
  collapse: is.object({field: is.text}),
  min_score: is.scalar,
  track_total_hits: is.scalar,
  track_scores: is.flag,
  terminate_after: is.number({min: 0, max: Number.MAX_SAFE_INTEGER}),
  version: is.flag,
  seq_no_primary_term: is.flag,
});
const COUNT_BODY = is.object({query: checkQuery});

/**
 * Passes the body of a search, or of a count, that only reads, that no part of which looks beyond the documents of its
 * query, and that costs no more than our own searches. An allow-list: what a later OpenSearch learns is refused.
 * @throws QUERY
 */
export function checkBody(kind: 'search' | 'count', body: Readonly<Record<string, unknown>>): void {
  const members = kind === 'count' ? COUNT_BODY : SEARCH_BODY;
  members(body, 'body', {queries: 512, aggregations: 32, depth: 16});
  const {from = 0, size = 10} = body as {from?: number; size?: number};
  if (from + size > WINDOW_MAX) throw refused('body.size', `asks for hits behind the first ${WINDOW_MAX}`);
  if (size > HITS_WITH_TEXT_MAX && mayCarryText(body)) {
    throw refused(
      'body.size',
      `is more than ${HITS_WITH_TEXT_MAX}, and hits carry texts: leave out _source.content`,
    );
  }
}

/** True if hits may contain the text of files. */
function mayCarryText({
  _source,
  fields = [],
  docvalue_fields = [],
  highlight,
}: Readonly<Record<string, unknown>>) {
  if (highlight !== undefined) return true;
  const named = [...(fields as unknown[]), ...(docvalue_fields as unknown[])].map((field) =>
    typeof field === 'string' ? field : (field as {field?: string}).field,
  );
  return named.some(isTextField) || sourceHasText(_source);
}

function sourceHasText(source: unknown): boolean {
  if (typeof source === 'boolean') return source;
  if (source === undefined) return true;
  if (typeof source === 'string' || Array.isArray(source)) return holdsText([source].flat());
  const {includes, excludes = []} = source as {includes?: string | string[]; excludes?: string | string[]};
  if ([excludes].flat().some((pattern) => pattern === 'content' || pattern === '*')) return false;
  return includes === undefined || holdsText([includes].flat());
}

/** An empty list includes everything. */
function holdsText(patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some(isTextField);
}

/** Any pattern may mean the text. */
function isTextField(name: unknown): boolean {
  return typeof name !== 'string' || name.includes('*') || name === 'content';
}
