import {foldMarks, foldText} from './fold-text.ts';
import {lettersByScript, scriptRun, unspacedLetter} from './scripts.ts';
import {Utf16Writer} from './utf16-writer.ts';

export {foldText} from './fold-text.ts';

/**
 * The definition of a word, which every backend follows. A **word** is a maximal run of letters, numbers, marks and
 * private-use characters of one script (numbers, and letters that scripts share, count as Latin). Of scripts that are
 * written without spaces each letter is a word, with its marks: Han, Hiragana, Katakana, Thai, Lao, Khmer, Burmese.
 *
 * A word may have **parts**, see `partsOf`. A query for some words finds them as words in a row, or their parts as parts
 * in a row: so it may be written in one word or in several, as code writes names.
 */
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
const ASCII_WORD = /[a-z0-9]+/g;
const NOT_ASCII = /[^\0-\x7f]/;
const NOT_ASCII_NO_WORD = /[^\0-\x7f\p{L}\p{N}\p{M}\p{Co}]+/gu;
const SCRIPT_RUN = new RegExp(scriptRun(), 'gv');
const UNSPACED = new RegExp(`${unspacedLetter()}\\p{M}*`, 'gv');

/** Ends of parts: at a change to upper case, at the end of an acronym, and between letters and digits. */
const PART_END =
  /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu}{2})(?=\p{Lu}(?!s(?!\p{Ll}))\p{Ll})|(?<=[\p{L}\p{M}\p{Co}])(?=\p{N})|(?<=\p{N})(?=[\p{L}\p{Co}])/gu;
const ASCII_PART_END =
  /(?<=[a-z])(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z](?!s(?![a-z]))[a-z])|(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])/g;

/** The words of a text, folded, in order. */
export function wordsOf(text: string): string[] {
  return wordsIn(separateScripts(text));
}

/**
 * The words of a text, split further. In order, folded.
 * - At a change from lower to upper case: getUserName is get, user, name.
 * - At the end of an acronym of two letters or more: HTTPServer is http, server. A plural s belongs to the acronym
 *   (URLs), and a single capital to what follows (OAuth).
 * - Between letters and digits: v1 is v, 1; sha256Hash is sha, 256, hash.
 */
export function partsOf(text: string): string[] {
  const end = NOT_ASCII.test(text) ? PART_END : ASCII_PART_END;
  return wordsIn(separateScripts(text).replace(end, ' '));
}

function wordsIn(separated: string): string[] {
  const folded = foldText(separated);
  return folded.match(NOT_ASCII.test(folded) ? WORD : ASCII_WORD) ?? [];
}

/** The text without accents, with spaces where a word ends because of scripts. */
function separateScripts(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return foldMarks(text).replace(SCRIPT_RUN, ' $& ').replace(UNSPACED, ' $& ');
}

/**
 * The content for a first full-text column, in which the engine finds the words of `wordsOf`: folded, with spaces
 * between scripts, for U+0000 and for characters outside of ASCII that belong to no word, because SQLite's unicode61 takes every character
 * that is newer than its tables, and every unassigned one, for a letter (seen with 3.53).
 * ASCII without U+0000 is returned unchanged, in its own case: every engine lower-cases ASCII itself.
 */
export function normalizedText(content: string): string {
  const text = content.includes('\0') ? content.replaceAll('\0', ' ') : content;
  return NOT_ASCII.test(text) ? foldedWords(text) : text;
}

/**
 * The content for a second full-text column: for every line with a word that `partsOf` splits, the parts of the line,
 * joined by spaces; the lines joined by \n. GAP stands for the lines between. Empty if there is no such line.
 */
export function partsText(content: string): string {
  let next = searchFrom(content, 0);
  if (next < 0) return '';
  const output = new Utf16Writer(content.length - next);
  let nextLineAt = 0;
  while (next >= 0) {
    const from = content.lastIndexOf('\n', next) + 1;
    const end = content.indexOf('\n', next);
    const to = end < 0 ? content.length : end;
    const length = output.length;
    if (length > 0) output.putText(from === nextLineAt ? '\n' : `\n${GAP}\n`);
    if (putParts(content, {from, to}, output)) nextLineAt = to + 1;
    else output.length = length;
    next = searchFrom(content, to);
  }
  return output.text();
}

/** A word for the engine that no query has, because folding drops it: no phrase is found over it. */
export const GAP = '\u0300';

/** Every line with a word that has parts has one of these. */
const MAY_HAVE_PARTS = /[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]|[A-Z]{3}[a-z]|[^\0-\x7f]/g;

function searchFrom(content: string, from: number): number {
  MAY_HAVE_PARTS.lastIndex = from;
  return MAY_HAVE_PARTS.exec(content)?.index ?? -1;
}

// From here on: the same as the regular expressions above, several times as fast. Every import uses it. Tests compare
// the two on difficult texts.

/** The class of a character that belongs to a word is its kind, and its script (0 for Latin and shared ones) above. */
const KIND_BITS = 3;
const KIND_MASK = (1 << KIND_BITS) - 1;
const NO_WORD = 0;
const LOWER = 1;
const UPPER = 2;
/** Letters without case, private use. */
const CASELESS = 3;
const DIGIT = 4;
/** A letter of a script without spaces. */
const UNSPACED_LETTER = 5;

// Classes of other characters, above all of those.
const FIRST_SPECIAL = 0xf0;
/** A mark that folding drops, and that does not separate words. */
const DROPPED = FIRST_SPECIAL;
/** Folds to more than one character, in `expansions`, which has its class, too. */
const EXPANDED = FIRST_SPECIAL + 1;
/** Depends on its neighbours, or is half a character: left to the regular expressions. */
const COMPLEX = FIRST_SPECIAL + 2;
const UNKNOWN = FIRST_SPECIAL + 3;

/** By UTF-16 code unit; filled when a character first occurs. */
const classes = new Uint8Array(0x10000).fill(UNKNOWN);
const folded = new Uint16Array(0x10000);
const expansions = new Map<number, {readonly text: string; readonly class: number}>();

function learn(unit: number): number {
  const character = String.fromCharCode(unit);
  const fold = foldText(character);
  let found = classOf(character);
  if (found < FIRST_SPECIAL && fold.length !== 1) {
    expansions.set(unit, {text: fold, class: found});
    found = EXPANDED;
  }
  classes[unit] = found;
  folded[unit] = found === NO_WORD && unit > 0x7f ? SPACE : fold.charCodeAt(0);
  return found;
}

const LETTERS_OF_SCRIPTS = lettersByScript().map((letter) => new RegExp(letter, 'v'));

function classOf(character: string): number {
  // Conjoining jamo compose with their neighbours, as marks do.
  if (/[\ud800-\udfff\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/.test(character)) return COMPLEX;
  const bare = foldMarks(character);
  if (bare === '') return DROPPED;
  if (/\p{M}/u.test(bare)) return COMPLEX;
  if (!/[\p{L}\p{N}\p{Co}]/u.test(bare)) return NO_WORD;
  if (bare.search(UNSPACED) >= 0) return UNSPACED_LETTER;
  if (/\p{N}/u.test(bare)) return DIGIT;
  const script = LETTERS_OF_SCRIPTS.findIndex((letter) => letter.test(bare)) + 1;
  const kind = /\p{Ll}/u.test(bare) ? LOWER : /\p{Lu}/u.test(bare) ? UPPER : CASELESS;
  return (script << KIND_BITS) | kind;
}

const SPACE = 0x20;

/** `foldText`, with spaces between scripts and for characters that belong to no word. */
function foldedWords(content: string): string {
  const output = new Utf16Writer(content.length);
  let before = NO_WORD;
  let runAt = 0;
  let runLength = 0;
  for (let at = 0; at < content.length; at++) {
    const unit = content.charCodeAt(at);
    const known = classes[unit]!;
    const found = known === UNKNOWN ? learn(unit) : known;
    if (found === COMPLEX) {
      // Folding depends on a whole run of such characters: the run is folded again, in the slow way.
      while (at + 1 < content.length && content.charCodeAt(at + 1) >= 0x80) at++;
      output.length = runLength;
      output.putText(foldText(separateScripts(content.slice(runAt, at + 1))).replace(NOT_ASCII_NO_WORD, ' '));
      // Spaces surround other scripts: what follows is ASCII, which continues a word of Latin letters.
      before = LOWER;
      continue;
    }
    if (found !== DROPPED) {
      const isExpanded = found === EXPANDED;
      const next = isExpanded ? expansions.get(unit)!.class : found;
      if (isScriptEnd(before, next)) output.put(SPACE);
      if (isExpanded) output.putText(expansions.get(unit)!.text);
      else output.put(folded[unit]!);
      before = next;
    }
    if (unit < 0x80) {
      runAt = at + 1;
      runLength = output.length;
    }
  }
  return output.text();
}

/** An acronym and an s: a plural, if no lower case letter follows. */
const PLURAL = -1;

/** Puts the parts of a line. False if no word is split: then the output is to be cut back. */
function putParts(content: string, line: {from: number; to: number}, output: Utf16Writer): boolean {
  const start = output.length;
  let isSplit = false;
  let before = NO_WORD;
  /** Capitals in a row up to here, or PLURAL; and where the last of them is in the output. */
  let capitals = 0;
  let capitalAt = 0;
  for (let at = line.from; at < line.to; at++) {
    const unit = content.charCodeAt(at);
    const known = classes[unit]!;
    let found = known === UNKNOWN ? learn(unit) : known;
    if (found === LOWER && before === LOWER && capitals === 0) {
      output.put(folded[unit]!);
      continue;
    }
    if (found === NO_WORD) {
      before = NO_WORD;
      continue;
    }
    if (found === DROPPED) continue;
    if (found === COMPLEX) {
      output.length = start;
      return putPartsSlowly(content.slice(line.from, line.to), output);
    }
    const expansion = found === EXPANDED ? expansions.get(unit)! : undefined;
    if (expansion !== undefined) found = expansion.class;
    if (before === NO_WORD) {
      if (output.length > start) output.put(SPACE);
      capitals = 0;
    } else if (isScriptEnd(before, found)) {
      output.put(SPACE);
      capitals = 0;
    } else if (isPartEnd(before, found)) {
      isSplit = true;
      output.put(SPACE);
      capitals = 0;
    }
    const kind = found & KIND_MASK;
    if (kind === UPPER) {
      capitals = capitals > 0 ? capitals + 1 : 1;
      capitalAt = output.length;
    } else if (kind === LOWER && capitals > 2 && foldMarks(content[at]!) === 's') {
      capitals = PLURAL;
    } else {
      if (kind === LOWER && (capitals > 2 || capitals === PLURAL)) {
        isSplit = true;
        output.separate(capitalAt, SPACE);
      }
      capitals = 0;
    }
    if (expansion === undefined) output.put(folded[unit]!);
    else output.putText(expansion.text);
    before = found;
  }
  return isSplit;
}

function putPartsSlowly(line: string, output: Utf16Writer): boolean {
  const parts = partsOf(line);
  output.putText(parts.join(' '));
  return parts.length !== wordsOf(line).length;
}

/** True if a word ends between characters of these classes because of their scripts. */
function isScriptEnd(before: number, next: number): boolean {
  if (before === NO_WORD || next === NO_WORD) return false;
  if (before === UNSPACED_LETTER || next === UNSPACED_LETTER) return true;
  return before >> KIND_BITS !== next >> KIND_BITS;
}

/** True if a part ends between characters of these classes. Ends of acronyms depend on more than two characters. */
function isPartEnd(before: number, next: number): boolean {
  const kindBefore = before & KIND_MASK;
  const kind = next & KIND_MASK;
  return (kindBefore === LOWER && kind === UPPER) || (kindBefore === DIGIT) !== (kind === DIGIT);
}
