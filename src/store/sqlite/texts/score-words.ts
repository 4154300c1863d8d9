import type {Bitmap} from '../../../domain/bitmap.ts';
import type {WordsClause} from '../../../domain/query/query.ts';
import type {Database} from '../database.ts';
import {runsWith, wholeQuery} from './match-words.ts';
import {textsOf} from './text-reader.ts';

/** Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), 3.5. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;

/**
 * How relevant each of the matches is to the clauses, greater for more: BM25, with the number of runs that have the
 * words in the place of their frequency. Of entries without a text nothing is said.
 */
export function scoreWords(
  db: Database,
  clauses: readonly Pick<WordsClause, 'text' | 'isPrefix'>[],
  matches: Bitmap,
): Map<number, number> {
  const texts = textsOf(db);
  const found = [...matches].flatMap((seq) => {
    const text = texts.text(seq);
    return text ? [{seq, ...text}] : [];
  });
  const scores = new Map(found.map(({seq}) => [seq, 0]));
  const averageBytes = found.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0) / found.length;
  const runCount = texts.lastBlock();
  for (const clause of clauses) {
    const runs = runsWith(db, wholeQuery(clause));
    const rarity = Math.log(1 + (runCount - runs.size + 0.5) / (runs.size + 0.5));
    const counts = new Map<number, number>();
    for (const {seq, root, sizeBytes} of found) {
      const count = root === 0 ? 0 : runs.count(root, counts);
      const length = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * sizeBytes) / averageBytes;
      const score = (rarity * count * (SATURATION + 1)) / (count + SATURATION * length);
      scores.set(seq, scores.get(seq)! + score);
    }
  }
  return scores;
}
