import {pathPatternToLucene} from '../../domain/path-pattern.ts';
import type {Clause, PathClause, Query, WordsClause} from '../../domain/query.ts';
import {partsOf, wordsOf} from '../../domain/words.ts';
import type {EntryScope} from '../ports/entries.ts';
import {type QueryClause, scopeFilter} from './bitmap-filter.ts';

/** Lucene refuses queries of more than 1024 terms (indices.query.bool.max_clause_count). */
const EXPANSIONS_MAX = 1000;

/**
 * The query in OpenSearch's terms. Words are scored by where they are in the content; that they are in the title or
 * the path as well only adds to the score.
 */
export function toSearchQuery({clauses}: Query, snapshot: EntryScope): QueryClause {
  // All expanded words of a query share the limit; a phrase may be asked for in two ways.
  const expanded = clauses.filter((clause) => clause.type === 'words' && clause.isPrefix).length * 2;
  const expansionsMax = Math.max(1, Math.floor(EXPANSIONS_MAX / Math.max(1, expanded)));
  const toClause = (clause: Clause) => toQueryClause(clause, expansionsMax);
  const wanted = clauses.filter((clause) => !clause.isNegated);
  const words = wanted.filter((clause) => clause.type === 'words');
  return {
    bool: {
      filter: [scopeFilter(snapshot), ...wanted.filter(({type}) => type !== 'words').map(toClause)],
      must: words.map(toClause),
      must_not: clauses.filter((clause) => clause.isNegated).map(toClause),
      should: words.map(toBoost),
      // With nothing that must hold, OpenSearch would ask for one of the boosts.
      minimum_should_match: 0,
    },
  };
}

function toQueryClause(clause: Clause, expansionsMax: number): QueryClause {
  switch (clause.type) {
    case 'words':
      return toWordsClause(clause, expansionsMax);
    case 'path':
      return toPathClause(clause);
    case 'ext':
      return {term: {ext: clause.extension}};
    case 'lang':
      return {term: {language: clause.language}};
    case 'kind':
      return {term: {kind: clause.kind}};
  }
}

function toPathClause({pattern}: PathClause): QueryClause {
  return {regexp: {path: {value: pathPatternToLucene(pattern), flags: 'NONE', case_insensitive: true}}};
}

/** The words in a row as they stand in the text; or, if some of them are split, their parts in a row. */
function toWordsClause(clause: WordsClause, expansionsMax: number): QueryClause {
  const whole = wordsOf(clause.text);
  const split = partsOf(clause.text);
  const asWhole = toPhrase(clause, {analyzer: 'ctr_words', termCount: whole.length, expansionsMax});
  if (whole.length === split.length) return asWhole;
  const asSplit = toPhrase(clause, {analyzer: 'ctr_parts', termCount: split.length, expansionsMax});
  return {dis_max: {queries: [asWhole, asSplit]}};
}

function toPhrase(
  {text: query, isPrefix}: WordsClause,
  {analyzer, termCount, expansionsMax}: {analyzer: string; termCount: number; expansionsMax: number},
): QueryClause {
  if (!isPrefix) return {match_phrase: {content: {query, analyzer}}};
  // Of one term it makes a prefix query, which finds all words however many there are.
  if (termCount === 1) return {match_bool_prefix: {content: {query, analyzer}}};
  return {match_phrase_prefix: {content: {query, analyzer, max_expansions: expansionsMax}}};
}

function toBoost({text: query}: WordsClause): QueryClause {
  return {multi_match: {query, type: 'phrase', fields: ['title^2', 'path.words']}};
}
