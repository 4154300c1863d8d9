import {namePattern, pathPatternToLucene} from '../../domain/path-pattern.ts';
import {clausesOf, type Expression, type FilterClause, type WordsClause} from '../../domain/query/query.ts';
import type {EntryScope} from '../ports/entries.ts';
import {bitmapFilter, type QueryClause, scopeFilter} from './bitmap-filter.ts';
import {toNamesQuery} from './name-query.ts';
import {toPhraseQuery} from './phrase-query.ts';

/** Lucene refuses queries of more than 1024 terms (indices.query.bool.max_clause_count). */
const EXPANSIONS_MAX = 1000;
/** The expression in OpenSearch's terms. */
export function toSearchQuery(expression: Expression, snapshot: EntryScope): QueryClause {
  // All expanded words of a query share the limit; a phrase may be asked for in two ways, in five fields.
  const clauses = [...clausesOf(expression)].map(({clause}) => clause);
  const expanded = clauses.filter((clause) => clause.type === 'words' && clause.isPrefix).length * 10;
  const expansionsMax = Math.max(1, Math.floor(EXPANSIONS_MAX / Math.max(1, expanded)));
  return {bool: {filter: [scopeFilter(snapshot)], must: [toQuery(expression, expansionsMax)]}};
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
      // There is no index of trigrams: every entry that has a text may match.
      return unscored({term: {kind: 'text'}});
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
      return toRegexp('name', namePattern(clause.pattern));
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

/** The words in a row, or their parts: in the text, or in the path, the title or a heading. */
function toWordsQuery(clause: WordsClause, expansionsMax: number): QueryClause {
  const inText = toPhraseQuery('content', clause, {expansionsMax});
  return {bool: {should: [inText, toNamesQuery(clause, {expansionsMax})], minimum_should_match: 1}};
}
