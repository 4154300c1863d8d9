import * as is from './check.ts';
import {type Check, entriesOf, plain, refused} from './check.ts';

/** Lucene's own limit for the clauses of a query. */
const VALUES_MAX = 1024;

const EXPANSIONS = {max_expansions: is.number({min: 1, max: 1000})};
const COMMON = plain('boost', '_name');

/** Parameters for one field: only plain values, so that none refers to other documents or scripts. */
const FIELD_PARAMETERS = is.object({
  ...COMMON,
  ...EXPANSIONS,
  ...plain('query', 'value', 'wildcard', 'operator', 'minimum_should_match', 'analyzer', 'slop', 'lenient'),
  ...plain('fuzziness', 'prefix_length', 'transpositions', 'fuzzy_transpositions', 'zero_terms_query'),
  ...plain('auto_generate_synonyms_phrase_query', 'case_insensitive', 'flags'),
  ...plain('gt', 'gte', 'lt', 'lte', 'format', 'time_zone', 'relation'),
});

/** `{field: value}` or `{field: {parameters}}`. */
const isFieldQuery = is.named(
  (value, at, budget) => {
    (typeof value === 'object' && value !== null ? FIELD_PARAMETERS : is.scalar)(value, at, budget);
  },
  {max: 1},
);

/** A query over several fields. */
const isTextQuery = is.object({
  ...COMMON,
  ...EXPANSIONS,
  ...plain('query', 'type', 'operator', 'default_operator', 'default_field', 'analyzer', 'quote_analyzer'),
  ...plain('minimum_should_match', 'fuzziness', 'prefix_length', 'slop', 'phrase_slop', 'tie_breaker'),
  ...plain('lenient', 'analyze_wildcard', 'allow_leading_wildcard', 'flags', 'zero_terms_query'),
  ...plain('fuzzy_transpositions', 'auto_generate_synonyms_phrase_query', 'quote_field_suffix'),
  fields: is.list(is.text, {max: 32}),
});

/** `{field: [values]}` and nothing else: neither a lookup in a document nor a bitmap. */
const isTermsQuery: Check = (value, at, budget) => {
  const fields = entriesOf(value, at).filter(([name]) => name !== 'boost' && name !== '_name');
  if (fields.length !== 1) throw refused(at, 'names no field or several');
  is.object({...COMMON, [fields[0]![0]]: is.list(is.scalar, {max: VALUES_MAX})})(value, at, budget);
};

const isQueries = is.oneOrMore((...args) => checkQuery(...args), {max: VALUES_MAX});
const isOneQuery: Check = (...args) => checkQuery(...args);

/** The kinds of queries that read nothing but the documents they are asked of. */
const QUERIES: Readonly<Record<string, Check>> = {
  match_all: is.object(COMMON),
  match_none: is.object(COMMON),
  match: isFieldQuery,
  match_phrase: isFieldQuery,
  match_phrase_prefix: isFieldQuery,
  match_bool_prefix: isFieldQuery,
  term: isFieldQuery,
  range: isFieldQuery,
  prefix: isFieldQuery,
  wildcard: isFieldQuery,
  regexp: isFieldQuery,
  fuzzy: isFieldQuery,
  terms: isTermsQuery,
  exists: is.object({...COMMON, field: is.text}),
  ids: is.object({...COMMON, values: is.list(is.scalar, {max: VALUES_MAX})}),
  multi_match: isTextQuery,
  combined_fields: isTextQuery,
  query_string: isTextQuery,
  simple_query_string: isTextQuery,
  bool: is.object({
    ...COMMON,
    ...plain('minimum_should_match'),
    adjust_pure_negative: is.flag,
    must: isQueries,
    should: isQueries,
    filter: isQueries,
    must_not: isQueries,
  }),
  dis_max: is.object({...COMMON, ...plain('tie_breaker'), queries: isQueries}),
  constant_score: is.object({...COMMON, filter: isOneQuery}),
  boosting: is.object({...COMMON, ...plain('negative_boost'), positive: isOneQuery, negative: isOneQuery}),
};
const KNOWN = new Map(Object.entries(QUERIES));

/** Passes a query of the kinds that are known to read nothing but the documents they are asked of. */
export function checkQuery(...[value, at, budget]: Parameters<Check>): void {
  if (--budget.queries < 0) throw refused(at, 'is one query too many');
  if (budget.depth === 0) throw refused(at, 'is nested too deeply');
  const [[kind, inner] = ['', undefined], ...others] = entriesOf(value, at);
  const check = KNOWN.get(kind);
  if (others.length > 0) throw refused(at, 'is more than one query');
  if (!check) throw refused(kind === '' ? at : `${at}.${kind}`, 'is no kind of query that is allowed');
  budget.depth--;
  check(inner, `${at}.${kind}`, budget);
  budget.depth++;
}
