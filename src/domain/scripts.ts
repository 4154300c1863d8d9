/** Scripts that are written without spaces: each of their letters, with its marks, is a word. */
const UNSPACED_SCRIPTS = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'];

/** Scripts that end a word of another one. All scripts that are neither here nor above, except Latin, count as one. */
const SPACED_SCRIPTS = (
  'Greek Cyrillic Armenian Georgian Hebrew Arabic Ethiopic Hangul Devanagari Bengali Gurmukhi Gujarati Oriya Tamil ' +
  'Telugu Kannada Malayalam Sinhala'
).split(' ');

/**
 * How a dialect of regular expressions names a script: `\p{sc=Han}` in JavaScript, `\p{IsHan}` in Java. All else here
 * means the same in both (in JavaScript with the flag v).
 */
type NameScript = (script: string) => string;
const inJavaScript: NameScript = (script) => `\\p{sc=${script}}`;

/** The source of a class of the letters of scripts without spaces, and of characters that are used like them. */
export function unspacedLetter(nameScript: NameScript = inJavaScript): string {
  const [han, hiragana, katakana, ...others] = UNSPACED_SCRIPTS.map(nameScript);
  // The digits of the others are digits.
  return `[${han}${hiragana}${katakana}\\u30fc[\\p{L}&&[${others.join('')}]]]`;
}

/**
 * The sources of classes of the letters of one script other than Latin, and last of all other such scripts. Letters that
 * several scripts share belong to none.
 */
export function lettersByScript(nameScript: NameScript = inJavaScript): string[] {
  const known = SPACED_SCRIPTS.map(nameScript);
  const shared = ['Latin', 'Common', 'Inherited', ...UNSPACED_SCRIPTS].map(nameScript);
  return [...known, `[^${[...known, ...shared].join('')}]`].map((script) => `[\\p{L}&&${script}]`);
}

/**
 * The source of an expression for a run of such letters of one script, with their marks. Quick where all is ASCII, and
 * never recursive: Java's stack ends at some thousand repetitions of a group.
 */
export function scriptRun(nameScript: NameScript = inJavaScript): string {
  const runs = lettersByScript(nameScript).map((letter) => `(?<=${letter})[${letter}\\p{M}]*`);
  return `[^\\x00-\\x7f](?:${runs.join('|')})`;
}
