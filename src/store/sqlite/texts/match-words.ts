import type {Bitmap} from '../../../domain/bitmap.ts';
import type {WordsClause} from '../../../domain/query/query.ts';
import {SequenceMatcher} from '../../../domain/query/sequence-matcher.ts';
import {AHEAD_WORDS} from '../../../domain/split-runs.ts';
import {partsOf, wordsOf} from '../../../domain/words.ts';
import type {Database} from '../database.ts';
import {RunSet} from './run-set.ts';
import {readContent, textsOf} from './text-reader.ts';

/** A longer phrase may begin in one run and end where that run knows nothing of. */
const PHRASE_MAX = AHEAD_WORDS + 1;

/**
 * The entries that have the words of the clause in a row, or their parts, wherever runs end. `scope`: only these
 * entries; absent: all. The caller disposes of the result.
 */
export function matchWords(
  db: Database,
  clause: Pick<WordsClause, 'text' | 'isPrefix'>,
  scope?: Bitmap,
): Bitmap {
  const within = scope?.clone() ?? textsOf(db).allSeqs();
  try {
    const found = runsWith(db, wholeQuery(clause)).entries(within);
    within.removeAll(found);
    addOverEnds(db, {clause, within, found});
    return found;
  } finally {
    within[Symbol.dispose]();
  }
}

/** Of the entries `within`, adds those which have a phrase that is longer than any run knows at its end. */
function addOverEnds(
  db: Database,
  {clause, within, found}: {clause: Pick<WordsClause, 'text' | 'isPrefix'>; within: Bitmap; found: Bitmap},
): void {
  for (const {column, tokens, tokensOf} of phrasesOf(clause)) {
    if (tokens.length <= PHRASE_MAX) continue;
    using candidates = within.clone();
    for (let from = 0; from < tokens.length && candidates.size > 0; from += PHRASE_MAX) {
      const piece = tokens.slice(from, from + PHRASE_MAX);
      const isLast = from + PHRASE_MAX >= tokens.length;
      using having = runsWith(db, ftsPhrase(column, piece, isLast && clause.isPrefix)).entries(candidates);
      candidates.retainAll(having);
    }
    for (const seq of candidates) {
      const content = readContent(db, seq)!;
      const matcher = new SequenceMatcher(tokens, clause.isPrefix);
      if (tokensOf(content).some((token) => matcher.feed(token))) found.add(seq);
    }
  }
}

/** The runs that an FTS5 query finds. */
export function runsWith(db: Database, query: string): RunSet {
  const runs = new RunSet(textsOf(db));
  db.collect('SELECT count(take(rowid)) FROM words WHERE words MATCH ?', [query], (run) => runs.add(run));
  return runs;
}

/** The words in a row in the text, or their parts in a row, there or in the split lines. */
export function wholeQuery(clause: Pick<WordsClause, 'text' | 'isPrefix'>): string {
  return phrasesOf(clause)
    .map(({column, tokens}) => ftsPhrase(column, tokens, clause.isPrefix))
    .join(' OR ');
}

interface Phrase {
  readonly column: string;
  readonly tokens: readonly string[];
  readonly tokensOf: (text: string) => string[];
}

function phrasesOf({text}: Pick<WordsClause, 'text'>): Phrase[] {
  return [
    {column: '{text}', tokens: wordsOf(text), tokensOf: wordsOf},
    {column: '{text parts}', tokens: partsOf(text), tokensOf: partsOf},
  ];
}

/** Tokens hold letters and digits only. */
function ftsPhrase(column: string, tokens: readonly string[], isPrefix: boolean): string {
  return `${column} : "${tokens.join(' ')}"${isPrefix ? ' *' : ''}`;
}
