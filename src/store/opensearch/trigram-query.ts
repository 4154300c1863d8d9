import {ANYTHING, allOf, anyOf, type TrigramQuery} from '../../domain/query/trigrams.ts';
import type {QueryClause} from './bitmap-filter.ts';
import {TRIGRAMLESS} from './mappings.ts';

/** The texts that may match, by at most so many trigrams: with fewer of them there are more candidates. */
export function toTrigramQuery(wanted: TrigramQuery, {trigramsMax}: {trigramsMax: number}): QueryClause {
  const isText = {terms: {kind: ['text', 'symlink', 'lfs']}};
  const bounded = boundTrigrams(wanted, trigramsMax);
  if (bounded === ANYTHING) return isText;
  const should = [toQuery(bounded), {term: {[TRIGRAMLESS]: 'true'}}];
  return {bool: {filter: [isText, {bool: {should, minimum_should_match: 1}}]}};
}

function toQuery(wanted: TrigramQuery): QueryClause {
  // Analysed as the texts are: if the engine folds more than `foldCase` does, it folds both.
  if (typeof wanted === 'string')
    return {match: {'content.trigrams': {query: wanted, analyzer: 'ctr_trigrams'}}};
  return 'all' in wanted
    ? {bool: {filter: wanted.all.map(toQuery)}}
    : {bool: {should: wanted.any.map(toQuery), minimum_should_match: 1}};
}

/** A condition with at most `max` trigrams that holds wherever `wanted` does. */
export function boundTrigrams(wanted: TrigramQuery, max: number): TrigramQuery {
  if (countTrigrams(wanted) <= max) return wanted;
  if (typeof wanted === 'string') return ANYTHING;
  // All alternatives have to stay.
  if ('any' in wanted) {
    const share = Math.floor(max / wanted.any.length);
    return anyOf(wanted.any.map((part) => boundTrigrams(part, share)));
  }
  let left = max;
  const kept = wanted.all.map((part) => {
    const bounded = boundTrigrams(part, left);
    left -= countTrigrams(bounded);
    return bounded;
  });
  return allOf(kept);
}

function countTrigrams(wanted: TrigramQuery): number {
  if (typeof wanted === 'string') return 1;
  const parts = 'all' in wanted ? wanted.all : wanted.any;
  return parts.reduce((sum, part) => sum + countTrigrams(part), 0);
}
