import {Bitmap} from '../../../domain/bitmap.ts';
import type {TrigramQuery} from '../../../domain/query/trigrams.ts';
import type {Database} from '../database.ts';
import {RunSet} from './run-set.ts';
import {textsOf} from './text-reader.ts';
import {findRuns} from './trigrams/find-runs.ts';

/**
 * The entries that may have a line with the trigrams: every entry that has one, and some more. `scope`: only these
 * entries; absent: all. The caller disposes of the result.
 */
export function matchTrigrams(db: Database, wanted: TrigramQuery, scope?: Bitmap): Bitmap {
  const texts = textsOf(db);
  const within = scope?.clone() ?? texts.allSeqs();
  const entriesOf = (query: TrigramQuery, among: Bitmap) => {
    const runs = findRuns(db, query);
    if (runs === 'any') return among.clone();
    const set = new RunSet(texts);
    for (const run of runs) set.add(run);
    return set.entries(among);
  };
  try {
    // A line lies within a run, except in texts with cut lines: there each trigram may be in another run of it.
    const found = entriesOf(wanted, within);
    using cut = Bitmap.of([...within].filter((seq) => texts.text(seq)?.isCut === true && !found.has(seq)));
    if (cut.size === 0) return found;
    using more = matchApart(wanted, cut, entriesOf);
    found.addAll(more);
    return found;
  } finally {
    within[Symbol.dispose]();
  }
}

/** The entries that have the trigrams anywhere. */
function matchApart(
  query: TrigramQuery,
  among: Bitmap,
  entriesOf: (query: TrigramQuery, among: Bitmap) => Bitmap,
): Bitmap {
  if (typeof query === 'string') return entriesOf(query, among);
  if ('all' in query) {
    const left = among.clone();
    for (const part of query.all) {
      using having = matchApart(part, left, entriesOf);
      left.retainAll(having);
      if (left.size === 0) break;
    }
    return left;
  }
  const found = Bitmap.of();
  for (const part of query.any) {
    using having = matchApart(part, among, entriesOf);
    found.addAll(having);
  }
  return found;
}
