import {foldText} from '../../domain/fold-text.ts';
import {scriptRun, unspacedLetter} from '../../domain/scripts.ts';

/**
 * The analyzers, which turn text into terms as nearly as possible like `domain/words.ts`.
 *
 * - `ctr_code` indexes: each part of a word at its own position (getUserName: get, user, name), and the whole word at the
 *   position of its first part (getusername).
 * - `ctr_parts` searches, also for clients without ctr: `user name`, `getUserName` and `getusername` all find it. The
 *   whole word must not be at the position of a part here: within a phrase, Lucene's ordered spans would take the shorter
 *   way and miss the next word.
 * - `ctr_words` is the same with unsplit words: our own queries use both.
 *
 * Known differences from words.ts:
 * - A word that is split is found as a whole (getusername) alone or as the last word of a phrase, not before another
 *   word, because its positions are those of its parts.
 * - Whole words are found among parts: userName finds getUsername.
 * - Decomposed Hangul matches only itself: the eleven thousand syllables would be too many mappings.
 * - Numbers that are no digits (½, ①) and private-use characters separate words.
 */
export function analysisSettings() {
  return {
    char_filter: {
      ctr_fold: {type: 'mapping', mappings: [...letterMappings(), ...borderMappings()]},
      ctr_scripts: {
        type: 'pattern_replace',
        pattern: scriptRun((script) => `\\p{Is${script}}`),
        replacement: ' $0 ',
      },
    },
    filter: {
      ctr_acronyms: {type: 'pattern_replace', pattern: ACRONYM_END, replacement: '-$0-'},
      ctr_parts_and_word: partSplitter({isWordKept: true}),
      ctr_parts: partSplitter({isWordKept: false}),
    },
    analyzer: {
      // No flatten_graph, although an index holds no graph: parts lie in a row and the word at its first one, so terms
      // and places are the same without it (530 texts, 399,000 terms), and indexing takes a quarter less CPU.
      ctr_code: analyzerOf('ctr_acronyms', 'ctr_parts_and_word'),
      ctr_words: analyzerOf(),
      ctr_parts: analyzerOf('ctr_acronyms', 'ctr_parts'),
    },
  };
}

function analyzerOf(...filters: string[]) {
  return {
    type: 'custom',
    char_filter: ['ctr_fold', 'ctr_scripts'],
    tokenizer: 'standard',
    filter: [...filters, 'lowercase', 'asciifolding'],
  };
}

/**
 * A capital that ends an acronym, with the lower case letters that follow, unless they are a plural s. Put between
 * hyphens, at which `partSplitter` splits. Linear. For scripts a filter of the text is quicker than one of the words
 * (measured: +20 % of the CPU of indexing instead of +80 %), for acronyms it is slower.
 */
const ACRONYM_END = '[A-Z[\\x{80}-\\x{10ffff}&&\\p{Lu}]](?<=\\p{Lu}{3})(?!s(?!\\p{Ll}))\\p{Ll}+';

/** Splits at hyphens, at a change of case, and between letters and digits. The word is kept without its hyphens. */
function partSplitter({isWordKept}: {isWordKept: boolean}) {
  return {
    type: 'word_delimiter_graph',
    catenate_all: isWordKept,
    split_on_case_change: true,
    split_on_numerics: true,
    stem_english_possessive: false,
  };
}

/** Each letter of these begins a word. The tokenizer separates Han and Hiragana, but neither Katakana nor the others. */
const UNSEPARATED = new RegExp(`[[\\p{L}&&${unspacedLetter()}]--[\\p{sc=Han}\\p{sc=Hiragana}]]`, 'v');

/** Some 1,100 mappings, each of a letter or its spelling in two characters, to what it is indexed as. */
function letterMappings(): string[] {
  const letters = new Map([
    ...charactersOf(UNSEPARATED, 0).map((letter) => [letter, letter] as const),
    ...foldedLetters(),
    ...composedLetters(),
  ]);
  return Array.from(letters, ([from, to]) => `${from} => ${UNSEPARATED.test(to) ? '\\u0020' : ''}${to}`);
}

/**
 * The part of `foldText` that `asciifolding` (Latin letters only) lacks: combining marks are removed, Greek and Cyrillic
 * letters lose their accents, superscripts become digits, half-width letters become full-width ones. Case stays: words
 * are split by it later.
 */
function foldedLetters(): [from: string, to: string][] {
  const folding = /[\p{sc=Inherited}\p{sc=Greek}\p{sc=Cyrillic}\xb2\xb3\xb5\xb9\u2070-\u2089\uff66-\uffdc]/u;
  return charactersOf(folding, 0xb2).flatMap((letter): [string, string][] => {
    const folded = foldText(letter);
    if (folded === letter.toLowerCase()) return [];
    return [[letter, /\p{Lu}/u.test(letter) ? folded.toUpperCase() : folded]];
  });
}

/**
 * Letters in two characters that `foldText` composes: kana with their marks, some letters of Arabic and Indian scripts.
 */
function composedLetters(): [from: string, to: string][] {
  const letters = charactersOf(/[^\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Hangul}]/u, 0x300);
  return letters.flatMap((letter) => {
    const decomposed = letter.normalize('NFD');
    if (decomposed === letter || letter !== letter.normalize('NFC')) return [];
    return spellingsOf(decomposed).map((spelling): [string, string] => [spelling, letter]);
  });
}

/** A decomposed kana may also be written in half-width characters, both or one of them. */
function spellingsOf(decomposed: string): string[] {
  const spellings = Array.from(decomposed, (character) => [character, ...(HALF_WIDTH.get(character) ?? [])]);
  return spellings.reduce((beginnings, ends) => beginnings.flatMap((some) => ends.map((end) => some + end)));
}

const HALF_WIDTH = new Map(charactersOf(/[\uff66-\uff9f]/, 0xff66).map((half) => [foldText(half), [half]]));

/**
 * Punctuation that the standard tokenizer takes for a part of the word around it (obj.name, it's, 1,000, snake_case),
 * invisible characters, and emoji, of which it would make words, become spaces. Source: Unicode UAX 29, Word_Break
 * MidLetter, MidNum, MidNumLet, ExtendNumLet, Format.
 */
function borderMappings(): string[] {
  const borders = [...charactersOf(BORDER, 0), ...EMOJI_PLANE];
  return borders.map((character) => `${escaped(character)} => \\u0020`);
}

const BORDER = new RegExp(
  [
    /['".,:;_\u00b7\u055f\u0589\u05f4\u060c\u060d\u066c\u07f8\u2018\u2019\u2024\u2027\u202f\u203f\u2040\u2044\u2054]/,
    /[\ufe10-\ufe14\ufe33\ufe34\ufe4d-\ufe55\uff07\uff0c\uff0e\uff1a\uff1b\uff3f]/,
    /\p{Cf}/u,
    // Letters and digits among them are those of keycaps and flags.
    /(?=[^\p{L}\p{N}\p{M}])\p{Extended_Pictographic}/u,
  ]
    .map(({source}) => source)
    .join('|'),
  'u',
);

/** The first halves of U+1F000..U+1FBFF: emoji and other symbols, not one letter. */
const EMOJI_PLANE = ['\ud83c', '\ud83d', '\ud83e'];

/** The characters of the Basic Multilingual Plane from `first` on that fit. */
function charactersOf(fits: RegExp, first: number): string[] {
  const characters: string[] = [];
  for (let code = first; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    if (fits.test(character)) characters.push(character);
  }
  return characters;
}

/** As the mapping filter reads it: spaces and quotes at the ends would be trimmed. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
