import {foldText} from './fold-text.ts';

export {foldText} from './fold-text.ts';

/**
 * The definition of a word, which every backend follows: a maximal run of letters, numbers, marks and private-use
 * characters of the folded text. Letters and digits are not separated.
 */
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
const ASCII_WORD = /[a-z0-9]+/g;
const NOT_ASCII = /[^\0-\x7f]/;
const NOT_ASCII_NO_WORD = /[^\0-\x7f\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** Where `partsOf` cuts a word: between a lower and an upper case letter, around Han, Hiragana and Katakana. */
const CASE_CHANGE = /(\p{Ll}\p{M}*)(?=\p{Lu})/gu;
const IDEOGRAPH = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30fc]\p{M}*/gu;

/** The words of a text, folded, in order. */
export function wordsOf(text: string): string[] {
  const folded = foldText(text);
  return folded.match(NOT_ASCII.test(folded) ? WORD : ASCII_WORD) ?? [];
}

/**
 * The words of a text, split further: at a change from lower to upper case (getUserName: get, user, name;
 * HTTPServer stays one), and with each Han, Hiragana and Katakana character alone
 * (tagsファイル holds `tags`). In order, folded.
 * Source: Lucene's word_delimiter_graph with split_on_case_change, and its standard tokenizer.
 */
export function partsOf(text: string): string[] {
  if (!NOT_ASCII.test(text)) return wordsOf(text.replace(/([a-z])(?=[A-Z])/g, '$1 '));
  return wordsOf(text.replace(CASE_CHANGE, '$1 ').replace(IDEOGRAPH, ' $& '));
}

/**
 * The content for a first full-text column, in which the engine finds the words of `wordsOf`: folded, with spaces for
 * U+0000 and for characters outside of ASCII that belong to no word, because SQLite's unicode61 takes every character
 * that is newer than its tables, and every unassigned one, for a letter (seen with 3.53).
 * ASCII without U+0000 is returned unchanged, in its own case: every engine lower-cases ASCII itself.
 */
export function normalizedText(content: string): string {
  const text = content.includes('\0') ? content.replaceAll('\0', ' ') : content;
  return NOT_ASCII.test(text) ? foldedWords(text) : text;
}

/**
 * The content for a second full-text column: for every line with a word that `partsOf` splits, the parts of the line,
 * joined by spaces; the lines joined by \n. Empty if there is no such line.
 */
export function partsText(content: string): string {
  const isAscii = !NOT_ASCII.test(content);
  const first = isAscii ? content.search(/[a-z][A-Z]/) : 0;
  return first < 0 ? '' : splitLines(content, content.lastIndexOf('\n', first) + 1);
}

// From here on: the same as the regular expressions above, several times as fast. Every import uses it. Tests compare
// the two on difficult texts.

const NO_WORD = 0;
const LOWER = 1;
const UPPER = 2;
/** Letters without case, numbers, private use. */
const CASELESS = 3;
const IDEOGRAM = 4;
/** A mark that folding drops, and that does not separate words. */
const DROPPED = 5;
/** Folds to more than one character, in `expansions`; `expansionKinds` has its kind otherwise. */
const EXPANDED = 6;
/** Depends on its neighbours, or is half a character: left to the regular expressions. */
const COMPLEX = 7;
const UNKNOWN = 8;

/** By UTF-16 code unit; filled when a character first occurs. */
const kinds = new Uint8Array(0x10000).fill(UNKNOWN);
const folded = new Uint16Array(0x10000);
const expansions = new Map<number, {readonly text: string; readonly kind: number}>();

function learn(unit: number): number {
  const character = String.fromCharCode(unit);
  const fold = foldText(character);
  let kind = kindOf(character);
  if (kind < DROPPED && fold.length !== 1) {
    expansions.set(unit, {text: fold, kind});
    kind = EXPANDED;
  }
  kinds[unit] = kind;
  folded[unit] = kind === NO_WORD && unit > 0x7f ? SPACE : fold.charCodeAt(0);
  return kind;
}

function kindOf(character: string): number {
  // Conjoining jamo compose with their neighbours, as marks do.
  if (/[\ud800-\udfff\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/.test(character)) return COMPLEX;
  const fold = foldText(character);
  if (/\p{M}/u.test(character) || /\p{M}/u.test(fold)) return fold === '' ? DROPPED : COMPLEX;
  if (!/[\p{L}\p{N}\p{Co}]/u.test(character)) return NO_WORD;
  if (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\u30fc]/u.test(character)) return IDEOGRAM;
  if (/\p{Ll}/u.test(character)) return LOWER;
  return /\p{Lu}/u.test(character) ? UPPER : CASELESS;
}

const SPACE = 0x20;
const LINE_FEED = 0x0a;

/** `foldText`, with spaces for characters that belong to no word. */
function foldedWords(content: string): string {
  const output = new Utf16Writer(content.length);
  let runAt = 0;
  let runLength = 0;
  for (let at = 0; at < content.length; at++) {
    const unit = content.charCodeAt(at);
    if (unit < 0x80) {
      output.put(unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit);
      runAt = at + 1;
      runLength = output.length;
      continue;
    }
    const known = kinds[unit]!;
    const kind = known === UNKNOWN ? learn(unit) : known;
    if (kind < DROPPED) output.put(folded[unit]!);
    else if (kind === EXPANDED) output.putText(expansions.get(unit)!.text);
    else if (kind === COMPLEX) {
      // Folding depends on a whole run of such characters: the run is folded again, in the slow way.
      while (at + 1 < content.length && content.charCodeAt(at + 1) >= 0x80) at++;
      output.length = runLength;
      output.putText(foldText(content.slice(runAt, at + 1)).replace(NOT_ASCII_NO_WORD, ' '));
    }
  }
  return output.text();
}

/** The parts of the lines from `from` on in which a word is split. */
function splitLines(content: string, from: number): string {
  const output = new Utf16Writer(content.length - from);
  let lineAt = from;
  let lineLength = 0;
  let isSplit = false;
  let before = NO_WORD;
  for (let at = from; at <= content.length; at++) {
    const unit = at < content.length ? content.charCodeAt(at) : LINE_FEED;
    if (unit === LINE_FEED) {
      if (isSplit) output.put(LINE_FEED);
      else output.length = lineLength;
      lineLength = output.length;
      lineAt = at + 1;
      isSplit = false;
      before = NO_WORD;
      continue;
    }
    const known = kinds[unit]!;
    let kind = known === UNKNOWN ? learn(unit) : known;
    if (kind === NO_WORD) {
      before = NO_WORD;
      continue;
    }
    if (kind === DROPPED) continue;
    if (kind === COMPLEX) {
      const end = content.indexOf('\n', at);
      const line = content.slice(lineAt, end < 0 ? content.length : end);
      const parts = partsOf(line);
      output.length = lineLength;
      isSplit = parts.length !== wordsOf(line).length;
      if (isSplit) output.putText(parts.join(' '));
      at = lineAt + line.length - 1;
      continue;
    }
    const expansion = kind === EXPANDED ? expansions.get(unit)! : undefined;
    if (expansion !== undefined) kind = expansion.kind;
    if (before === NO_WORD) {
      if (output.length > lineLength) output.put(SPACE);
    } else if ((kind === UPPER && before === LOWER) || kind === IDEOGRAM || before === IDEOGRAM) {
      isSplit = true;
      output.put(SPACE);
    }
    if (expansion === undefined) output.put(folded[unit]!);
    else output.putText(expansion.text);
    before = kind;
  }
  output.length = Math.max(0, lineLength - 1);
  return output.text();
}

const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** A string under construction, as UTF-16, that can be cut back. */
class Utf16Writer {
  /** In code units. */
  length = 0;
  #units: Uint16Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#units = new Uint16Array(capacity + (capacity >> 2) + 16);
  }

  put(unit: number): void {
    if (this.length === this.#units.length) this.#grow(1);
    this.#units[this.length++] = unit;
  }

  putText(text: string): void {
    if (this.length + text.length > this.#units.length) this.#grow(text.length);
    for (let at = 0; at < text.length; at++) this.#units[this.length++] = text.charCodeAt(at);
  }

  text(): string {
    const bytes = Buffer.from(this.#units.buffer, 0, 2 * this.length);
    return (IS_BIG_ENDIAN ? bytes.swap16() : bytes).toString('utf16le');
  }

  #grow(units: number): void {
    const grown = new Uint16Array(2 * this.#units.length + units);
    grown.set(this.#units.subarray(0, this.length));
    this.#units = grown;
  }
}
