import type {TrigramQuery} from '../../domain/query/trigrams.ts';
import type {QueryClause} from './bitmap-filter.ts';

/** Entries whose text may match: for want of an index of trigrams, all that have a text. */
export function toTrigramsQuery(_wanted: TrigramQuery): QueryClause {
  return {term: {kind: 'text'}};
}
