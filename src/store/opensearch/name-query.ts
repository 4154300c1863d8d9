import type {WordsClause} from '../../domain/query/query.ts';
import type {QueryClause} from './bitmap-filter.ts';

/** A word in the file's name counts eight times as much as one in the name of a directory. */
const FIELDS = ['name.words^8', 'title^4', 'headings^2', 'path.words'];

/** The entries that have the words in a row, or their parts in a row, in their path, title or headings. */
export function toNamesQuery(
  {text: query, isPrefix}: WordsClause,
  {expansionsMax}: {expansionsMax: number},
): QueryClause {
  const type = isPrefix ? {type: 'phrase_prefix', max_expansions: expansionsMax} : {type: 'phrase'};
  const ask = (analyzer: string) => ({multi_match: {query, analyzer, fields: FIELDS, ...type}});
  return {dis_max: {queries: [ask('ctr_words'), ask('ctr_parts')]}};
}
