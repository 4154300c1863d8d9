import {wordsOf} from './words.ts';

/** A part of a text: some lines in a row. All places are bytes of the text's UTF-8. */
export interface Run {
  readonly start: number;
  readonly end: number;
  /** `end`, or, if the run ends within a line, the end of the two characters that follow: trigrams over the cut are in it. */
  readonly overlapEnd: number;
  /** Words begin here at the earliest: after `start` if the run before it ends within a word. May be after `end`: no word begins here. */
  readonly wordsFrom: number;
  /**
   * Pairs of [from, to): the rest of the last word if it is cut, then the next lines that have words, until they have
   * AHEAD_WORDS. With them, a phrase that begins in the run and has at most AHEAD_WORDS words more is found in it.
   */
  readonly ahead: readonly number[];
}

/** So many words that follow a run are known to it, if the text has so many. */
export const AHEAD_WORDS = 4;

/** A run has 4 to 32 lines, 12 on average, and ends behind a line of 4 KB in all. */
const LINES_MIN = 4;
const LINES_MAX = 32;
const RUN_MAX_BYTES = 4096;
/** One line in 8 may end a run, one end of a word in 32 a piece of a long line: where a hash of what is near is 0 modulo this. */
const RUN_ENDS = 8;
const PIECE_ENDS = 32;
const NEAR_BYTES = 24;
/** A longer line is cut into pieces, behind a word where there is one. */
const PIECE_MIN_BYTES = 256;
const PIECE_MAX_BYTES = 2048;
/** The rest of a longer word is not looked for. FTS5 takes 32 KB of a word. */
const WORD_MAX_BYTES = 32_768;

const LINE_FEED = 0x0a;
const OF_WORD = /[\p{L}\p{N}\p{M}\p{Co}]/u;

/**
 * The text in runs, in order, without gaps; none for an empty text. Where a run ends depends on the bytes near its end
 * and on the bounds only: two versions of a text have most runs in common, wherever something was inserted.
 */
export function splitRuns(bytes: Uint8Array): Run[] {
  const {lines, runs} = findEnds(bytes);
  const starts = runs.map((_, run) => (run === 0 ? 0 : lines[runs[run - 1]! - 1]!));
  const wordsFrom = firstSafe(bytes, starts);
  const split: Run[] = [];
  let following: readonly Line[] = [];
  for (let run = runs.length - 1; run >= 0; run--) {
    const start = starts[run]!;
    const end = lines[runs[run]! - 1]!;
    if (run + 1 < runs.length) {
      const next = {bytes, lines, from: runs[run]!, to: runs[run + 1]!, wordsFrom: wordsFrom[run + 1]!};
      following = firstLines(next, following);
    }
    const safeEnd = wordsFrom[run + 1] ?? end;
    const rest = safeEnd > end ? [end, Math.min(safeEnd, end + WORD_MAX_BYTES)] : [];
    const hasWords = wordsFrom[run]! < end;
    split.push({
      start,
      end,
      overlapEnd: overlapEnd(bytes, end),
      wordsFrom: wordsFrom[run]!,
      ahead: hasWords ? [...rest, ...following.flatMap((line) => [line.from, line.to])] : [],
    });
  }
  return split.reverse();
}

/** A line, or a piece of one, that has words. */
interface Line {
  readonly from: number;
  readonly to: number;
  readonly words: number;
}

/** The ends of all lines and pieces of lines, and of the runs, as a number of lines. */
function findEnds(bytes: Uint8Array): {lines: number[]; runs: number[]} {
  const lines: number[] = [];
  const runs: number[] = [];
  let lineAt = 0;
  let runAt = 0;
  let linesBefore = 0;
  for (let end = 1; end <= bytes.length; end++) {
    if (bytes[end - 1] !== LINE_FEED && (end - lineAt < PIECE_MIN_BYTES || !endsPiece(bytes, end, lineAt)))
      continue;
    lines.push(end);
    lineAt = end;
    const count = lines.length - linesBefore;
    if (
      count < LINES_MAX &&
      end - runAt < RUN_MAX_BYTES &&
      (count < LINES_MIN || hashNear(bytes, end) % RUN_ENDS !== 0)
    )
      continue;
    runs.push(lines.length);
    linesBefore = lines.length;
    runAt = end;
  }
  if (lineAt < bytes.length) lines.push(bytes.length);
  if (linesBefore < lines.length) runs.push(lines.length);
  return {lines, runs};
}

function endsPiece(bytes: Uint8Array, end: number, lineAt: number): boolean {
  if (end - lineAt >= PIECE_MAX_BYTES) return isCharacterStart(bytes, end);
  return isBehindWord(bytes, end) && hashNear(bytes, end) % PIECE_ENDS === 0;
}

/** A hash of the last bytes before `end`. Source: FNV-1a. */
function hashNear(bytes: Uint8Array, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = Math.max(0, end - NEAR_BYTES); at < end; at++)
    hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The first lines with words between two lines, then the following ones, until there are AHEAD_WORDS. */
function firstLines(
  {
    bytes,
    lines,
    from,
    to,
    wordsFrom,
  }: {
    readonly bytes: Uint8Array;
    readonly lines: readonly number[];
    readonly from: number;
    readonly to: number;
    readonly wordsFrom: number;
  },
  following: readonly Line[],
): Line[] {
  const first: Line[] = [];
  let words = 0;
  for (let line = from; line < to && words < AHEAD_WORDS; line++) {
    const at = Math.max(lines[line - 1]!, wordsFrom);
    const found = {from: at, to: lines[line]!, words: countWords(bytes, at, lines[line]!)};
    if (found.words === 0) continue;
    first.push(found);
    words += found.words;
  }
  for (const line of following) {
    if (words >= AHEAD_WORDS) break;
    first.push(line);
    words += line.words;
  }
  return first;
}

function countWords(bytes: Uint8Array, from: number, to: number): number {
  let words = 0;
  let isWithin = false;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) return countAnyWords(Buffer.from(bytes.subarray(from, to)).toString());
    const isWord = IS_WORD[byte] === 1;
    if (isWord && !isWithin) words++;
    isWithin = isWord;
  }
  return words;
}

function countAnyWords(line: string): number {
  return OF_WORD.test(line) ? wordsOf(line).length : 0;
}

/** For each of the ascending places the first one from there on that is not within a word. */
function firstSafe(bytes: Uint8Array, places: readonly number[]): number[] {
  const safe: number[] = [];
  let next = bytes.length;
  for (let i = places.length - 1; i >= 0; i--) {
    const end = places[i + 1] ?? bytes.length;
    let at = places[i]!;
    while (at > 0 && at < end && !isBehindWord(bytes, at)) at++;
    // None before the next place, from which on it is known.
    if (at < end) next = at;
    safe[i] = next;
  }
  return safe;
}

/** True if no word goes on over this place: the character before it belongs to none, or each letter is one. */
function isBehindWord(bytes: Uint8Array, end: number): boolean {
  const byte = bytes[end - 1]!;
  if (byte < 0x80) return IS_WORD[byte] === 0;
  const [first, second] = [bytes[end - 3], bytes[end - 2]];
  if (isUnspaced(bytes, end - 3)) return isUnspaced(bytes, end);
  // U+2000..U+203F: spaces, dashes, quotes. Then 、。！，：；？ of East Asia.
  if (first === 0xe2 && second === 0x80) return true;
  if (first === 0xe3 && second === 0x80) return byte === 0x81 || byte === 0x82;
  return first === 0xef && second === 0xbc && [0x81, 0x8c, 0x9a, 0x9b, 0x9f].includes(byte);
}

/** True for a letter of Han, Hiragana or Katakana: U+3400..U+9FFF, or kana without marks of their own. */
function isUnspaced(bytes: Uint8Array, at: number): boolean {
  const [first, second, third] = [bytes[at], bytes[at + 1], bytes[at + 2]];
  if (first === undefined || third === undefined) return false;
  if (first >= 0xe4 && first <= 0xe9) return true;
  if (first !== 0xe3) return false;
  if (second === 0x81 || second! >= 0x90) return true;
  if (second === 0x82) return third <= 0x96 || third >= 0xa1;
  return second === 0x83 && third <= 0xba;
}

function overlapEnd(bytes: Uint8Array, end: number): number {
  if (bytes[end - 1] === LINE_FEED) return end;
  let place = end;
  for (
    let characters = 0;
    characters < 2 && place < bytes.length && bytes[place] !== LINE_FEED;
    characters++
  ) {
    do place++;
    while (!isCharacterStart(bytes, place));
  }
  return place;
}

function isCharacterStart(bytes: Uint8Array, at: number): boolean {
  return at >= bytes.length || (bytes[at]! & 0xc0) !== 0x80;
}

/** By ASCII character: 1 for letters and digits. */
const IS_WORD = Uint8Array.from({length: 0x80}, (_, byte) =>
  /[a-z0-9]/i.test(String.fromCharCode(byte)) ? 1 : 0,
);
