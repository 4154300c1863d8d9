import type {Bitmap} from '../../domain/bitmap.ts';
import type {Value} from './database.ts';

/** So few members are looked up one by one. */
const FEW = 5000;

/**
 * The condition that an entry `e` is in the set, within `withSet`: few members by the primary key, many by a walk over
 * all rows between the least and the greatest.
 */
export function among(set: Bitmap): {sql: string; values: Value[]} {
  const {bounds, size} = set;
  if (!bounds || size <= FEW)
    return {
      sql: 'e.seq IN (SELECT value FROM json_each(?))',
      values: [JSON.stringify(Array.from(set.toArray()))],
    };
  return {sql: 'e.seq BETWEEN ? AND ? AND in_set(e.seq)', values: [bounds.min, bounds.max]};
}
