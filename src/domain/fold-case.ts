const NOT_ASCII = /[^\0-\x7f]/;
const NOT_ASCII_CHARACTER = /[^\0-\x7f]/gu;

/**
 * The text with each character in one case. Two texts that match under a regular expression with the flags `i` and `u`
 * have equal folds. As long as the text, in code points.
 */
export function foldCase(text: string): string {
  if (!NOT_ASCII.test(text)) return text.toLowerCase();
  const lower = text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
  return lower.replace(NOT_ASCII_CHARACTER, foldCharacter);
}

const folds = new Map<string, string>();

function foldCharacter(character: string): string {
  let fold = folds.get(character);
  if (fold === undefined) {
    const upper = character.toUpperCase();
    const lower = isOne(upper) ? upper.toLowerCase() : upper;
    fold = isOne(lower) ? lower : character;
    folds.set(character, fold);
  }
  return fold;
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && text.codePointAt(0)! > 0xffff);
}
