import * as is from './check.ts';
import {type Check, entriesOf, plain, refused} from './check.ts';
import {checkQuery} from './check-query.ts';

const DEPTH_MAX = 4;
/** Of one aggregation, where the client says how many. */
const BUCKETS_MAX = 1000;
/** Of one aggregation and those around it: they multiply, and OpenSearch counts them when it has made them. */
const BUCKETS_IN_ALL_MAX = 20_000;

const isSize = is.number({min: 1, max: BUCKETS_MAX});
/**
 * With 0, `terms` lists the terms of all documents of the index, also of other branches, and `histogram` makes a bucket
 * for each step between the smallest file and the largest (seen: 4 GB in steps of 1 take all of OpenSearch's memory).
 */
const isDocCount = is.number({min: 1, max: Number.MAX_SAFE_INTEGER});
const isOrder = is.oneOrMore(is.named(is.scalar, {max: 4}), {max: 4});
const isMetric = is.object({
  ...plain('field', 'missing', 'format', 'precision_threshold', 'sigma'),
  keyed: is.flag,
  percents: is.list(is.scalar, {max: 100}),
  values: is.list(is.scalar, {max: 100}),
});

const isSource = is.named(
  is.object({
    terms: is.object(plain('field', 'order', 'missing_bucket', 'missing_order')),
    histogram: is.object({
      ...plain('field', 'order', 'missing_bucket'),
      interval: is.number({min: 1, max: 1e15}),
    }),
  }),
  {max: 1},
);

const isFilters: Check = (value, at, budget) => {
  const check = Array.isArray(value) ? is.list(checkQuery, {max: 100}) : is.named(checkQuery, {max: 100});
  check(value, at, budget);
};

/**
 * Aggregations over nothing but what the query found. Not here, because they look at other documents: `global`,
 * `significant_terms` and the like (which compare with the whole index), `children` and `parent`.
 */
const AGGREGATIONS: Readonly<Record<string, Check>> = {
  terms: is.object({
    ...plain('field', 'missing', 'format', 'collect_mode', 'execution_hint'),
    size: isSize,
    shard_size: is.number({min: 1, max: 10 * BUCKETS_MAX}),
    min_doc_count: isDocCount,
    order: isOrder,
    include: is.oneOrMore(is.scalar, {max: 1000}),
    exclude: is.oneOrMore(is.scalar, {max: 1000}),
    show_term_doc_count_error: is.flag,
  }),
  histogram: is.object({
    ...plain('field', 'missing', 'offset', 'format'),
    min_doc_count: isDocCount,
    interval: is.number({min: 1, max: 1e15}),
    order: isOrder,
    keyed: is.flag,
  }),
  range: is.object({
    ...plain('field', 'missing', 'format'),
    keyed: is.flag,
    ranges: is.list(is.object(plain('from', 'to', 'key')), {max: 100}),
  }),
  composite: is.object({
    size: isSize,
    sources: is.list(isSource, {max: 8}),
    after: is.named(is.scalar, {max: 8}),
  }),
  filter: checkQuery,
  filters: is.object({filters: isFilters, other_bucket: is.flag, other_bucket_key: is.text}),
  missing: is.object(plain('field')),
  min: isMetric,
  max: isMetric,
  avg: isMetric,
  sum: isMetric,
  stats: isMetric,
  extended_stats: isMetric,
  value_count: isMetric,
  cardinality: isMetric,
  percentiles: isMetric,
  percentile_ranks: isMetric,
};
const KNOWN = new Map(Object.entries(AGGREGATIONS));

/** Passes aggregations, and those within them, that see nothing but what the query found. */
export function checkAggregations(...args: Parameters<Check>): void {
  checkWithin({depth: 1, buckets: 1})(...args);
}

/** Checks aggregations at a depth, within so many buckets of those around them. */
function checkWithin({depth, buckets}: {depth: number; buckets: number}): Check {
  return is.named(
    (value, at, budget) => {
      if (--budget.aggregations < 0) throw refused(at, 'is one aggregation too many');
      if (depth > DEPTH_MAX) throw refused(at, 'is nested too deeply');
      const {aggs, aggregations, ...own} = Object.fromEntries(entriesOf(value, at));
      const [[kind, inner] = ['', undefined], ...others] = Object.entries(own);
      const check = KNOWN.get(kind);
      if (others.length > 0) throw refused(at, 'is more than one aggregation');
      if (!check) throw refused(`${at}.${kind}`, 'is no kind of aggregation that is allowed');
      check(inner, `${at}.${kind}`, budget);
      const inAll = buckets * bucketsOf(kind, inner as Readonly<Record<string, unknown>>);
      if (inAll > BUCKETS_IN_ALL_MAX) throw refused(at, `makes more than ${BUCKETS_IN_ALL_MAX} buckets`);
      for (const below of [aggs, aggregations]) {
        if (below !== undefined) checkWithin({depth: depth + 1, buckets: inAll})(below, `${at}.aggs`, budget);
      }
    },
    {max: 32},
  );
}

/** How many buckets the aggregation, which is allowed, makes at most or, of a histogram, probably. */
function bucketsOf(
  kind: string,
  {size = 10, interval, ranges = [], filters = [], min_doc_count}: Readonly<Record<string, unknown>>,
): number {
  switch (kind) {
    case 'terms':
    case 'composite':
      return size as number;
    case 'histogram':
      if (min_doc_count === undefined || interval === undefined) {
        throw refused('histogram', 'says no min_doc_count, which must be 1 or more, or no interval');
      }
      return BUCKETS_MAX;
    case 'range':
      return (ranges as unknown[]).length;
    case 'filters':
      return Object.keys(filters as object).length + 1;
    default:
      return 1;
  }
}
