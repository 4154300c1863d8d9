import type {WordsClause} from '../../domain/query/query.ts';
import {partsOf, wordsOf} from '../../domain/words.ts';
import type {QueryClause} from './bitmap-filter.ts';

/** The words in a row as they stand in a field; or, where some of them are split, their parts in a row. */
export function toPhraseQuery(
  field: string,
  clause: WordsClause,
  {expansionsMax, boost = 1}: {expansionsMax: number; boost?: number},
): QueryClause {
  const whole = wordsOf(clause.text);
  const split = partsOf(clause.text);
  const ways = [{analyzer: 'ctr_words', termCount: whole.length}];
  if (whole.length !== split.length) ways.push({analyzer: 'ctr_parts', termCount: split.length});
  const queries = ways.map((way) => toWay(field, clause, {...way, boost, expansionsMax}));
  return queries.length === 1 ? queries[0]! : {dis_max: {queries}};
}

interface Way {
  readonly analyzer: string;
  readonly termCount: number;
  readonly boost: number;
  readonly expansionsMax: number;
}

function toWay(
  field: string,
  {text: query, isPrefix}: WordsClause,
  {analyzer, termCount, boost, expansionsMax}: Way,
): QueryClause {
  if (!isPrefix) return {match_phrase: {[field]: {query, analyzer, boost}}};
  // Of one term it makes a prefix query, which finds all words however many there are.
  if (termCount === 1) return {match_bool_prefix: {[field]: {query, analyzer, boost}}};
  return {match_phrase_prefix: {[field]: {query, analyzer, boost, max_expansions: expansionsMax}}};
}
