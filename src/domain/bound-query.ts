import {CtrError} from '../util/ctr-error.ts';
import type {Clause, WordsClause} from './query.ts';
import {unspacedLetter} from './scripts.ts';
import {partsOf, wordsOf} from './words.ts';

/** Limits of a query. Each bounds a cost that grows with the index: see docs/searching.md. */
const CLAUSES_MAX = 64;
/** An engine visits all positions of every word of a phrase: 2,000 words took 13 s in SQLite (38,000 files). */
const PHRASE_WORDS_MAX = 64;
const WORDS_MAX = 128;
/** A prefix expands to all words with it: one letter to 4,000 words, at 81,000 files (0.1 s in SQLite). */
const PREFIXES_MAX = 8;
const PREFIX_MIN_CHARS = 2;
/** A pattern is matched against every path. */
const PATHS_MAX = 16;

/** Each letter of a script without spaces is a word, and each syllable of Hangul the prefix of few. */
const IDEOGRAPH = new RegExp(`^[${unspacedLetter()}\\p{sc=Hangul}]`, 'v');

/**
 * The clauses without duplicates, if they are within the limits.
 * @throws QUERY if they are not.
 */
export function boundQuery(given: readonly Clause[]): Clause[] {
  const clauses = firstOfEach(given);
  if (clauses.length > CLAUSES_MAX) {
    throw refusal(
      `the query has more than ${CLAUSES_MAX} clauses`,
      'Search for fewer words, or put words that belong together in quotes.',
    );
  }
  const words = clauses.filter((clause) => clause.type === 'words');
  for (const clause of words) checkWords(clause);
  if (words.reduce((sum, clause) => sum + lengthOf(clause), 0) > WORDS_MAX)
    throw refusal(
      `the query has more than ${WORDS_MAX} words`,
      'A part of a long phrase is enough to find it.',
    );
  if (words.filter(({isPrefix}) => isPrefix).length > PREFIXES_MAX) {
    throw refusal(
      `the query has more than ${PREFIXES_MAX} beginnings of words`,
      'Write some of them in full, without the star.',
    );
  }
  if (clauses.filter(({type}) => type === 'path').length > PATHS_MAX)
    throw refusal(
      `the query has more than ${PATHS_MAX} path patterns`,
      'One pattern may have several stars.',
    );
  return clauses;
}

function firstOfEach(clauses: readonly Clause[]): Clause[] {
  const seen = new Map<string, Clause>();
  for (const clause of clauses) {
    const meaning = meaningOf(clause);
    if (!seen.has(meaning)) seen.set(meaning, clause);
  }
  return [...seen.values()];
}

function checkWords(clause: WordsClause): void {
  if (lengthOf(clause) > PHRASE_WORDS_MAX) {
    throw refusal(
      `a phrase has more than ${PHRASE_WORDS_MAX} words`,
      'A part of it is enough to find it. Each ideograph counts as a word, and so does each part of aName.',
    );
  }
  const last = wordsOf(clause.text).at(-1) ?? '';
  if (clause.isPrefix && Array.from(last).length < PREFIX_MIN_CHARS && !IDEOGRAPH.test(last)) {
    throw refusal(
      `the beginning of a word has fewer than ${PREFIX_MIN_CHARS} letters: ${last}*`,
      'Write more of the word, or the whole word without the star.',
    );
  }
}

function lengthOf({text}: WordsClause): number {
  return Math.max(wordsOf(text).length, partsOf(text).length);
}

/** Equal for clauses that match the same files. */
function meaningOf(clause: Clause): string {
  if (clause.type !== 'words') return JSON.stringify(clause);
  const {type, isNegated, isPrefix, text} = clause;
  return JSON.stringify([type, isNegated, isPrefix, wordsOf(text), partsOf(text)]);
}

function refusal(message: string, hint: string): CtrError {
  return new CtrError('QUERY', message, {hint});
}
