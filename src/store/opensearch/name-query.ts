import type {WordsClause} from '../../domain/query/query.ts';
import type {QueryClause} from './bitmap-filter.ts';
import {toPhraseQuery} from './phrase-query.ts';

/** A word in the file's name counts eight times as much as one in the name of a directory. */
const BOOSTS = {'name.words': 8, title: 4, headings: 2, 'path.words': 1};

/** The entries that have the words in a row, or their parts in a row, in their path, title or headings. */
export function toNamesQuery(clause: WordsClause, {expansionsMax}: {expansionsMax: number}): QueryClause {
  const queries = Object.entries(BOOSTS).map(([field, boost]) =>
    toPhraseQuery(field, clause, {expansionsMax, boost}),
  );
  return {dis_max: {queries}};
}
