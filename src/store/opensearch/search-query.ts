import {namePattern, pathPatternToLucene} from '../../domain/path-pattern.ts';
import {clausesOf, type Expression, type FilterClause, type WordsClause} from '../../domain/query/query.ts';
import type {EntryScope} from '../ports/entries.ts';
import {bitmapFilter, type QueryClause, scopeFilter} from './bitmap-filter.ts';
import {toNamesQuery} from './name-query.ts';
import {toPhraseQuery} from './phrase-query.ts';
import {toTrigramQuery} from './trigram-query.ts';

/** Lucene refuses queries of more than 1024 terms (indices.query.bool.max_clause_count). */
const EXPANSIONS_MAX = 1000;
/** A query has at most 64 other clauses, each asked for in ten ways at most. */
const TRIGRAMS_MAX = 300;

/** The shares of the clauses in the limits of the whole query. */
interface Limits {
  readonly expansionsMax: number;
  readonly trigramsMax: number;
}

/** The expression in OpenSearch's terms. */
export function toSearchQuery(expression: Expression, snapshot: EntryScope): QueryClause {
  const clauses = [...clausesOf(expression)].map(({clause}) => clause);
  const prefixCount = clauses.filter((clause) => clause.type === 'words' && clause.isPrefix).length;
  const trigramsCount = clauses.filter(({type}) => type === 'trigrams').length;
  const expansionsMax = trigramsCount > 0 ? EXPANSIONS_MAX - TRIGRAMS_MAX : EXPANSIONS_MAX;
  const limits = {
    // A phrase may be asked for in two ways, in five fields.
    expansionsMax: shareOf(expansionsMax, prefixCount * 10),
    trigramsMax: shareOf(TRIGRAMS_MAX, trigramsCount),
  };
  return {bool: {filter: [scopeFilter(snapshot)], must: [toQuery(expression, limits)]}};
}

function shareOf(total: number, count: number): number {
  return Math.max(1, Math.floor(total / Math.max(1, count)));
}

function toQuery(expression: Expression, limits: Limits): QueryClause {
  const toQueries = (parts: readonly Expression[]) => parts.map((part) => toQuery(part, limits));
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
      return toWordsQuery(expression, limits);
    case 'seqs':
      return unscored(bitmapFilter(expression.seqs));
    case 'trigrams':
      return unscored(toTrigramQuery(expression.wanted, limits));
    case 'substring':
    case 'regex':
      throw new TypeError(`${expression.type} is decided by reading texts`);
    case 'author':
    case 'message':
      throw new TypeError(`${expression.type} is about commits`);
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
      return inUsualForm('path', 'usualPath', clause.pattern);
    case 'name':
      return inUsualForm('name', 'usualName', namePattern(clause.pattern));
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

/** The usual form is a field of its own only where it differs. */
function inUsualForm(field: string, usualField: string, pattern: string): QueryClause {
  const isUsual = {bool: {must_not: [{exists: {field: usualField}}]}};
  const asItIs = {bool: {filter: [toRegexp(field, pattern), isUsual]}};
  return {bool: {should: [asItIs, toRegexp(usualField, pattern)], minimum_should_match: 1}};
}

function toRegexp(field: string, pattern: string): QueryClause {
  return {regexp: {[field]: {value: pathPatternToLucene(pattern), flags: 'NONE', case_insensitive: true}}};
}

/** The words in a row, or their parts: in the text, or in the path, the title or a heading. */
function toWordsQuery(clause: WordsClause, {expansionsMax}: Limits): QueryClause {
  const inText = toPhraseQuery('content', clause, {expansionsMax});
  return {bool: {should: [inText, toNamesQuery(clause, {expansionsMax})], minimum_should_match: 1}};
}
