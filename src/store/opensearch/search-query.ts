import {pathPatternToLucene} from '../../domain/path-pattern.ts';
import {
  clausesOf,
  type Expression,
  type FilterClause,
  type WordsClause,
  wantedClauses,
} from '../../domain/query/query.ts';
import {partsOf, wordsOf} from '../../domain/words.ts';
import type {EntryScope} from '../ports/entries.ts';
import {bitmapFilter, type QueryClause, scopeFilter} from './bitmap-filter.ts';
import {toTrigramsQuery} from './trigrams-query.ts';

/** Lucene refuses queries of more than 1024 terms (indices.query.bool.max_clause_count). */
const EXPANSIONS_MAX = 1000;
/** How much more a word in the name, the title or a heading counts than one in the body. */
const PATH_BOOST = 2;
const TITLE_BOOST = 2;

/**
 * The expression in OpenSearch's terms. A word is wanted in the content or in the path; in the title it only adds to
 * the score.
 */
export function toSearchQuery(expression: Expression, snapshot: EntryScope): QueryClause {
  // All expanded words of a query share the limit; a phrase may be asked for in two ways, in two fields.
  const clauses = [...clausesOf(expression)].map(({clause}) => clause);
  const expanded = clauses.filter((clause) => clause.type === 'words' && clause.isPrefix).length * 4;
  const expansionsMax = Math.max(1, Math.floor(EXPANSIONS_MAX / Math.max(1, expanded)));
  const words = wantedClauses(expression).filter((clause): clause is WordsClause => clause.type === 'words');
  return {
    bool: {
      filter: [scopeFilter(snapshot)],
      must: [toQuery(expression, expansionsMax)],
      should: words.flatMap(({text}) => [
        toPhrase('title', text, TITLE_BOOST),
        toPhrase('path.words', text, PATH_BOOST),
      ]),
      minimum_should_match: 0,
    },
  };
}

function toQuery(expression: Expression, expansionsMax: number): QueryClause {
  const toQueries = (parts: readonly Expression[]) => parts.map((part) => toQuery(part, expansionsMax));
  switch (expression.type) {
    case 'all':
      return expression.of.length === 0
        ? unscored({match_all: {}})
        : {bool: {must: toQueries(expression.of)}};
    case 'any':
      return expression.of.length === 0
        ? {match_none: {}}
        : {bool: {should: toQueries(expression.of), minimum_should_match: 1}};
    case 'not':
      return {bool: {must_not: toQueries([expression.of])}};
    case 'words':
      return toWordsQuery(expression, expansionsMax);
    case 'seqs':
      return unscored(bitmapFilter(expression.seqs));
    case 'trigrams':
      return unscored(toTrigramsQuery(expression.wanted));
    case 'substring':
    case 'regex':
      throw new TypeError(`${expression.type} is decided by reading texts`);
    default:
      return unscored(toFilter(expression));
  }
}

/** Only words tell good hits from better ones. */
function unscored(filter: QueryClause): QueryClause {
  return {bool: {filter: [filter]}};
}

function toFilter(clause: FilterClause): QueryClause {
  switch (clause.type) {
    case 'path':
      return toRegexp('path', clause.pattern);
    case 'name':
      // A glob stands for the whole name.
      return toRegexp('name', /[*?]/.test(clause.pattern) ? `/${clause.pattern}` : clause.pattern);
    case 'ext':
      return {term: {ext: clause.extension}};
    case 'lang':
      return {term: {language: clause.language}};
    case 'kind':
      return {term: {kind: clause.kind}};
    case 'size':
      return {range: {size: {gte: clause.min, ...(clause.max !== undefined && {lte: clause.max})}}};
    case 'unsearchable':
      return {exists: {field: 'notIndexed'}};
  }
}

function toRegexp(field: string, pattern: string): QueryClause {
  return {regexp: {[field]: {value: pathPatternToLucene(pattern), flags: 'NONE', case_insensitive: true}}};
}

/**
 * The words in a row as they stand in the text or in the path; or, where case splits some of them, their parts in a
 * row.
 */
function toWordsQuery(clause: WordsClause, expansionsMax: number): QueryClause {
  const whole = wordsOf(clause.text);
  const split = partsOf(clause.text);
  const ways = [{analyzer: 'ctr_words', termCount: whole.length}];
  if (whole.length !== split.length) ways.push({analyzer: 'ctr_parts', termCount: split.length});
  const inField = (field: string, boost: number) => ({
    dis_max: {queries: ways.map((way) => toWay(field, clause, {...way, boost, expansionsMax}))},
  });
  return inField('content', 1);
}

function toWay(
  field: string,
  {text: query, isPrefix}: WordsClause,
  {
    analyzer,
    termCount,
    expansionsMax,
    boost,
  }: {analyzer: string; termCount: number; expansionsMax: number; boost: number},
): QueryClause {
  if (!isPrefix) return {match_phrase: {[field]: {query, analyzer, boost}}};
  // Of one term it makes a prefix query, which finds all words however many there are.
  if (termCount === 1) return {match_bool_prefix: {[field]: {query, analyzer, boost}}};
  return {match_phrase_prefix: {[field]: {query, analyzer, boost, max_expansions: expansionsMax}}};
}

function toPhrase(field: string, query: string, boost: number): QueryClause {
  return {match_phrase: {[field]: {query, boost}}};
}
