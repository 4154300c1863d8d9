import {foldText} from './fold-text.ts';

/** Text that a user typed to find a name, prepared for comparisons. */
export interface WantedName {
  readonly typed: string;
  readonly folded: string;
  /** Without spaces: letters that must come in this order. */
  readonly letters: string;
}

/** Case and accents do not matter, nor how the accents are composed. */
export function parseWantedName(typed: string): WantedName {
  const folded = foldText(typed.trim());
  return {typed, folded, letters: folded.replace(/\s+/g, '')};
}

/** The kinds of matches, best first. Equal kinds are ordered by the position of the text in the name. */
const RANKS = {
  sameLetters: 0,
  same: 1,
  lastPart: 2,
  lastPartWithExtension: 3,
  lastPartBegins: 4,
  inLastPart: 5,
  partBegins: 6,
  inName: 7,
  lettersOfLastPart: 8,
  letters: 9,
} as const;

/**
 * The rank of a path or the name of a ref: the smaller the better, undefined if it does not match. First the equal name,
 * then names that contain the text, then those whose last part has its letters in this order, then those that have them
 * anywhere. `folded`: the name as `foldText` gives it.
 */
export function rankName(
  {name, folded}: {readonly name: string; readonly folded: string},
  wanted: WantedName,
): number | undefined {
  if (name === wanted.typed) return RANKS.sameLetters;
  const last = folded.lastIndexOf('/') + 1;
  const at = folded.indexOf(wanted.folded);
  if (at >= 0) return rankPlace(folded, wanted.folded, {at, last});
  if (hasLetters(folded, last, wanted.letters)) return RANKS.lettersOfLastPart;
  return hasLetters(folded, 0, wanted.letters) ? RANKS.letters : undefined;
}

function rankPlace(name: string, text: string, {at, last}: {at: number; last: number}): number {
  if (name.length === text.length) return RANKS.same;
  const inLast = name.indexOf(text, last);
  const end = last + text.length;
  if (inLast === last && end === name.length) return RANKS.lastPart;
  if (inLast === last) return name[end] === '.' ? RANKS.lastPartWithExtension : RANKS.lastPartBegins;
  if (inLast >= 0) return RANKS.inLastPart;
  return at === 0 || name.includes(`/${text}`) ? RANKS.partBegins : RANKS.inName;
}

function hasLetters(name: string, start: number, letters: string): boolean {
  let found = 0;
  for (let at = start; at < name.length && found < letters.length; at++) {
    if (name.charCodeAt(at) === letters.charCodeAt(found)) found++;
  }
  return found === letters.length;
}
