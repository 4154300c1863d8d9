import {Bitmap} from '../../domain/bitmap.ts';
import type {WordsClause} from '../../domain/query/query.ts';
import type {TrigramQuery} from '../../domain/query/trigrams.ts';
import {partsOf, wordsOf} from '../../domain/words.ts';
import type {Database} from './database.ts';

/** The entries whose content has the words of the clause in a row, or their parts. */
export function matchWords(db: Database, clause: WordsClause): Bitmap {
  const rows = db.all('SELECT rowid AS seq FROM words WHERE words MATCH ?', toFts(clause));
  return Bitmap.of(rows.map(({seq}) => Number(seq)));
}

/** The entries whose content may hold these trigrams: all that have a content, for want of an index of trigrams. */
export function matchTrigrams(db: Database, _wanted: TrigramQuery): Bitmap {
  return Bitmap.of(db.all('SELECT seq FROM contents').map(({seq}) => Number(seq)));
}

/** How well each entry of `matches` fits the words, by seq; those that hold none of them are left out. */
export function scoreWords(
  db: Database,
  clauses: readonly WordsClause[],
  matches: Bitmap,
): Map<number, number> {
  if (clauses.length === 0 || matches.size === 0) return new Map();
  const rows = db.withSet(matches, () =>
    db.all(
      'SELECT rowid AS seq, -bm25(words) AS score FROM words WHERE words MATCH ? AND in_set(rowid)',
      clauses.map(toFts).join(' OR '),
    ),
  );
  return new Map(rows.map(({seq, score}) => [Number(seq), Number(score)]));
}

/** The words in a row in the text, or their parts in a row, there or in the split lines. Words hold letters and digits only. */
function toFts({text, isPrefix}: WordsClause): string {
  const star = isPrefix ? ' *' : '';
  return `({text} : "${wordsOf(text).join(' ')}"${star} OR {text parts} : "${partsOf(text).join(' ')}"${star})`;
}
