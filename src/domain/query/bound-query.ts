import {CtrError} from '../../util/ctr-error.ts';
import {unspacedLetter} from '../scripts.ts';
import {partsOf, wordsOf} from '../words.ts';
import {type Clause, clausesOf, type Expression, type WordsClause} from './query.ts';
import {PATTERN_MAX_CHARS} from './regex.ts';

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
/** Each is tried on every line of the candidates. */
const TEXTS_MAX = 16;

/** Each letter of a script without spaces is a word, and each syllable of Hangul the prefix of few. */
const IDEOGRAPH = new RegExp(`^[${unspacedLetter()}\\p{sc=Hangul}]`, 'v');

/**
 * The expression without duplicates and needless levels, if it is within the limits.
 * @throws QUERY if it is not.
 */
export function boundQuery(given: Expression): Expression {
  const expression = simplified(given);
  const clauses = [...clausesOf(expression)].map(({clause}) => clause);
  limit(
    clauses.length,
    CLAUSES_MAX,
    'clauses',
    'Search for fewer words, or put words that belong together in quotes.',
  );
  const words = clauses.filter((clause) => clause.type === 'words');
  for (const clause of words) checkWords(clause);
  const wordCount = words.reduce((sum, clause) => sum + lengthOf(clause), 0);
  limit(wordCount, WORDS_MAX, 'words', 'A part of a long phrase is enough to find it.');
  const prefixCount = words.filter(({isPrefix}) => isPrefix).length;
  limit(prefixCount, PREFIXES_MAX, 'beginnings of words', 'Write some of them in full, without the star.');
  const patternCount = clauses.filter(({type}) => type === 'path' || type === 'name').length;
  limit(patternCount, PATHS_MAX, 'path patterns', 'One pattern may have several stars.');
  const texts = clauses.flatMap(textOf);
  limit(
    texts.length,
    TEXTS_MAX,
    'substrings and regular expressions',
    'A regular expression may hold several: /one|two/.',
  );
  if (texts.some(({length}) => length > PATTERN_MAX_CHARS))
    throw refusal(
      `a substring or a regular expression is longer than ${PATTERN_MAX_CHARS} characters`,
      'A part of it is enough to find it.',
    );
  return expression;
}

function limit(count: number, max: number, what: string, hint: string): void {
  if (count > max) throw refusal(`the query has more than ${max} ${what}`, hint);
}

function textOf(clause: Clause): string[] {
  if (clause.type === 'substring') return [clause.text];
  return clause.type === 'regex' ? [clause.pattern] : [];
}

/** `all` within `all` and `any` within `any` are one level; a level of one part is that part. */
function simplified(expression: Expression): Expression {
  if (expression.type === 'not') {
    const inner = simplified(expression.of);
    return inner.type === 'not' ? inner.of : {type: 'not', of: inner};
  }
  if (expression.type !== 'all' && expression.type !== 'any') return expression;
  const {type} = expression;
  const parts = expression.of.map(simplified).flatMap((part) => (part.type === type ? part.of : [part]));
  const distinct = firstOfEach(parts);
  return distinct.length === 1 ? distinct[0]! : {type, of: distinct};
}

function firstOfEach(parts: readonly Expression[]): Expression[] {
  const seen = new Map<string, Expression>();
  for (const part of parts) {
    const meaning = JSON.stringify(meaningOf(part));
    if (!seen.has(meaning)) seen.set(meaning, part);
  }
  return [...seen.values()];
}

/** Equal for expressions that match the same files. */
function meaningOf(expression: Expression): unknown {
  if (expression.type === 'not') return ['not', meaningOf(expression.of)];
  if (expression.type !== 'words') return expression;
  const {type, isPrefix, text} = expression;
  return [type, isPrefix, wordsOf(text), partsOf(text)];
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

function refusal(message: string, hint: string): CtrError {
  return new CtrError('QUERY', message, {hint});
}
