import {foldText, partsOf, wordsOf} from '../words.ts';
import type {WordsClause} from './query.ts';
import {SequenceMatcher} from './sequence-matcher.ts';

/** A content, and the same folded. */
export interface FoldedContent {
  readonly content: string;
  readonly folded: string;
}

/** Tokens that must follow each other among those which `tokensOf` finds in the content. */
interface Sequence {
  readonly tokensOf: (text: string) => string[];
  readonly tokens: readonly string[];
  readonly isPrefix: boolean;
}

/** Words of a clause in a row. A match over a line break belongs to the line where it begins. */
export interface WordsMatch {
  /** From 1. */
  readonly line: number;
  /** The whole line, without its line break. */
  readonly text: string;
  /** Tokens of the line, by their place among those of `tokensOf`; `end` is the first behind the match. */
  readonly start: number;
  readonly end: number;
  readonly tokensOf: Sequence['tokensOf'];
}

/** Finds all places where the clause matches, at most `max` for each way to read it. */
export function findWords(content: FoldedContent, clause: WordsClause, max: number): WordsMatch[] {
  return [wordsOf, partsOf].flatMap((tokensOf) => {
    const tokens = tokensOf(clause.text);
    return tokens.length === 0
      ? []
      : findSequence(content, {tokensOf, tokens, isPrefix: clause.isPrefix}, max);
  });
}

/** Lines that cannot contain the first token of the sequence are skipped. */
function findSequence(
  {content, folded}: FoldedContent,
  {tokensOf, tokens, isPrefix}: Sequence,
  max: number,
): WordsMatch[] {
  if (!tokens.every((token) => folded.includes(token))) return [];
  const matches: WordsMatch[] = [];
  const lines = new LineCursor(content, folded);
  const matcher = new SequenceMatcher(tokens, isPrefix);
  // The places of the last tokens of the matcher; a match begins at the oldest.
  const places: {line: number; text: string; ordinal: number}[] = [];
  while (matches.length < max) {
    const isThere = matcher.isWithin ? lines.next() : lines.nextWith(tokens[0]!);
    if (!isThere) break;
    const {line, text} = lines;
    for (const [ordinal, token] of tokensOf(text).entries()) {
      places.push({line, text, ordinal});
      if (places.length > 2 * tokens.length) places.splice(0, places.length - tokens.length);
      if (!matcher.feed(token)) continue;
      const first = places.at(-tokens.length)!;
      const end = first.line === line ? ordinal + 1 : Number.POSITIVE_INFINITY;
      matches.push({line: first.line, text: first.text, start: first.ordinal, end, tokensOf});
    }
  }
  return matches.slice(0, max);
}

const RUN = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** Where the match is in its line: UTF-16 offsets of its first and behind its last character. */
export function rangeOf({text, start, end, tokensOf}: WordsMatch): [start: number, end: number] {
  let ordinal = 0;
  let from: number | undefined;
  let to = text.length;
  for (const {0: run, index} of text.matchAll(RUN)) {
    const tokens = tokensOf(run);
    if (ordinal + tokens.length > start) {
      const ends = endsIn(run, tokens);
      for (const [at, tokenEnd] of ends.entries()) {
        if (ordinal + at === start) from = index + (at === 0 ? 0 : ends[at - 1]!);
        if (ordinal + at < end) to = index + tokenEnd;
      }
    }
    ordinal += tokens.length;
    if (ordinal >= end) break;
  }
  return [from ?? 0, to];
}

/** The end of each token in a run of word characters. Where folding hides it, that of the run. */
function endsIn(run: string, tokens: readonly string[]): number[] {
  if (tokens.length === 1) return [run.length];
  let at = 0;
  return tokens.map((token, ordinal) => {
    if (ordinal === tokens.length - 1) return run.length;
    at = endOfToken(run, at, token);
    return at;
  });
}

function endOfToken(run: string, from: number, token: string): number {
  for (let end = from + 1; end <= run.length && end - from <= 4 * token.length + 4; end++) {
    if (foldText(run.slice(from, end)) !== token) continue;
    // Marks that folding drops belong to the letter before them.
    const marks = /^\p{M}+/u.exec(run.slice(end))?.[0] ?? '';
    return end + marks.length;
  }
  return run.length;
}

/** Walks along the lines of a content and of the same content folded, which has the same line breaks. */
class LineCursor {
  line = 0;
  text = '';
  readonly #content: string;
  readonly #folded: string;
  #contentAt = 0;
  #foldedAt = 0;

  constructor(content: string, folded: string) {
    this.#content = content;
    this.#folded = folded;
  }

  /** Moves to the next line; false after the last one. */
  next(): boolean {
    if (this.#contentAt > this.#content.length) return false;
    const end = endOfLine(this.#content, this.#contentAt);
    const isCrlf = this.#content.charCodeAt(end - 1) === 0x0d && end > this.#contentAt;
    this.text = this.#content.slice(this.#contentAt, isCrlf ? end - 1 : end);
    this.#contentAt = end + 1;
    this.#foldedAt = endOfLine(this.#folded, this.#foldedAt) + 1;
    this.line++;
    return true;
  }

  /** Moves to the next line whose folded text contains `token`; false if there is none. */
  nextWith(token: string): boolean {
    const at = this.#folded.indexOf(token, this.#foldedAt);
    if (at < 0) return false;
    for (let end = this.#folded.indexOf('\n', this.#foldedAt); end >= 0 && end < at; ) {
      this.#contentAt = endOfLine(this.#content, this.#contentAt) + 1;
      this.#foldedAt = end + 1;
      this.line++;
      end = this.#folded.indexOf('\n', this.#foldedAt);
    }
    return this.next();
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
