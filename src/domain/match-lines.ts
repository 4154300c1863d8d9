import {cutText} from './cut-text.ts';
import type {Query} from './query.ts';
import {foldText, partsOf, wordsOf} from './words.ts';

/** A line that matches a query. */
export interface MatchedLine {
  /** From 1. */
  readonly line: number;
  /** Without its line break; for a long line only the part around the match. */
  readonly text: string;
}

/**
 * The first lines that match a positive words clause of the query, in order: the line has its words next to each other,
 * or its parts. A match over a line break counts for the line where it begins. At most `linesMax` lines of at most `lineMaxChars` UTF-16 units.
 */
export function matchLines(
  content: string,
  query: Query,
  {linesMax, lineMaxChars}: {linesMax: number; lineMaxChars: number},
): MatchedLine[] {
  const text = {content, folded: foldText(content)};
  const found = new Map<number, FoundLine>();
  for (const sequence of sequencesOf(query)) {
    for (const match of findSequence(text, sequence, linesMax)) {
      const offset = match.text.length > lineMaxChars ? offsetOf(match) : 0;
      const before = found.get(match.line);
      if (before === undefined || offset < before.offset) found.set(match.line, {...match, offset});
    }
  }
  const first = [...found.values()].sort((left, right) => left.line - right.line).slice(0, linesMax);
  return first.map(({line, text: whole, offset}) => ({line, text: cutAround(whole, offset, lineMaxChars)}));
}

/** Tokens that must follow each other among those which `tokensOf` finds in the content. */
interface Sequence {
  readonly tokensOf: (text: string) => string[];
  readonly tokens: readonly string[];
  readonly isPrefix: boolean;
}

interface Match {
  readonly line: number;
  /** The whole line. */
  readonly text: string;
  /** Index of the token in the line with which the match begins. */
  readonly ordinal: number;
  readonly tokensOf: Sequence['tokensOf'];
}

interface FoundLine extends Match {
  readonly offset: number;
}

function sequencesOf(query: Query): Sequence[] {
  const sequences: Sequence[] = [];
  for (const clause of query.clauses) {
    if (clause.type !== 'words' || clause.isNegated) continue;
    for (const tokensOf of [wordsOf, partsOf]) {
      const tokens = tokensOf(clause.text);
      if (tokens.length > 0) sequences.push({tokensOf, tokens, isPrefix: clause.isPrefix});
    }
  }
  return sequences;
}

/** The first `linesMax` lines in which the sequence begins. Lines that cannot contain its first token are skipped. */
function findSequence(
  {content, folded}: {content: string; folded: string},
  {tokensOf, tokens, isPrefix}: Sequence,
  linesMax: number,
): Match[] {
  if (!tokens.every((token) => folded.includes(token))) return [];
  const matches: Match[] = [];
  const lines = new LineCursor(content, folded);
  const matcher = new SequenceMatcher(tokens, isPrefix);
  // The places of the last tokens of the matcher; a match begins at the oldest.
  const places: {line: number; text: string; ordinal: number}[] = [];
  while (matches.length < linesMax) {
    const isThere = matcher.isWithin ? lines.next() : lines.nextWith(tokens[0]!);
    if (!isThere) break;
    const {line, text} = lines;
    for (const [ordinal, token] of tokensOf(text).entries()) {
      places.push({line, text, ordinal});
      if (places.length > 2 * tokens.length) places.splice(0, places.length - tokens.length);
      if (!matcher.feed(token)) continue;
      const start = places.at(-tokens.length)!;
      if (matches.at(-1)?.line !== start.line) matches.push({...start, tokensOf});
    }
  }
  return matches.slice(0, linesMax);
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

/**
 * Finds a sequence in a stream of tokens, always in linear time, also with repetitions.
 * Source: Knuth, Morris and Pratt, Fast pattern matching in strings (1977).
 */
class SequenceMatcher {
  readonly #tokens: readonly string[];
  readonly #isPrefix: boolean;
  /** For each number of matched tokens, how many of them also begin another match. */
  readonly #fallbacks: number[] = [0, 0];
  #matched = 0;

  constructor(tokens: readonly string[], isPrefix: boolean) {
    this.#tokens = tokens;
    this.#isPrefix = isPrefix;
    // The last token is omitted: if it is a prefix, the exact token there is unknown.
    for (let length = 2; length < tokens.length; length++) {
      let border = this.#fallbacks[length - 1]!;
      while (border > 0 && tokens[border] !== tokens[length - 1]) border = this.#fallbacks[border]!;
      this.#fallbacks.push(tokens[border] === tokens[length - 1] ? border + 1 : 0);
    }
  }

  /** True if a match has begun and may continue. */
  get isWithin(): boolean {
    return this.#matched > 0;
  }

  /** True if the sequence ends with this token. */
  feed(token: string): boolean {
    this.#advance(token);
    if (this.#matched < this.#tokens.length) return false;
    this.#matched = this.#fallbacks[this.#tokens.length - 1]!;
    // The last token may be the first, or a middle one, of the next match.
    if (this.#tokens.length > 1) this.#advance(token);
    return true;
  }

  #advance(token: string): void {
    while (this.#matched > 0 && !this.#accepts(token)) this.#matched = this.#fallbacks[this.#matched]!;
    if (this.#accepts(token)) this.#matched++;
  }

  #accepts(token: string): boolean {
    const wanted = this.#tokens[this.#matched]!;
    const isLast = this.#matched === this.#tokens.length - 1;
    return isLast && this.#isPrefix ? token.startsWith(wanted) : token === wanted;
  }
}

/** Offset of the match in its line: exact, except for words that are split into parts. */
function offsetOf({text, ordinal, tokensOf}: Match): number {
  let tokensBefore = 0;
  for (const {0: run, index} of text.matchAll(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)) {
    const count = tokensOf(run).length;
    if (tokensBefore + count > ordinal)
      return index + Math.floor((run.length * (ordinal - tokensBefore)) / count);
    tokensBefore += count;
  }
  return 0;
}

/** The line; if it is long, `charsMax` units around `offset`, a quarter of them before it. */
function cutAround(text: string, offset: number, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const start = Math.max(0, Math.min(offset - (charsMax >> 2), text.length - charsMax));
  const isHalf = (text.charCodeAt(start) & 0xfc00) === 0xdc00;
  return cutText(
    text.slice(isHalf ? start + 1 : start, start + charsMax + 1),
    isHalf ? charsMax - 1 : charsMax,
  );
}
