import {foldText} from '../../domain/words.ts';

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
 * Known differences from words.ts, all of them if case or scripts change within a word: getUserName is found in another
 * case (getusername) alone or as the last word of a phrase, not before another word, because its positions are those of
 * its parts; whole words are found among parts (userName finds getUsername); a change of script ends a word; an emoji is
 * a word; `½` and `①` are not.
 */
export function analysisSettings() {
  return {
    char_filter: {ctr_fold: {type: 'mapping', mappings: [...foldMappings(), ...borderMappings()]}},
    filter: {
      ctr_parts_and_word: caseSplitter({isWordKept: true}),
      ctr_parts: caseSplitter({isWordKept: false}),
    },
    analyzer: {
      // No flatten_graph, although an index holds no graph: parts lie in a row and the word at its first one, so terms
      // and places are the same without it (530 texts, 399,000 terms), and indexing takes a quarter less CPU.
      ctr_code: analyzerOf('ctr_parts_and_word'),
      ctr_words: analyzerOf(),
      ctr_parts: analyzerOf('ctr_parts'),
    },
  };
}

function analyzerOf(...filters: string[]) {
  return {
    type: 'custom',
    char_filter: ['ctr_fold'],
    tokenizer: 'standard',
    filter: [...filters, 'lowercase', 'asciifolding'],
  };
}

function caseSplitter({isWordKept}: {isWordKept: boolean}) {
  return {
    type: 'word_delimiter_graph',
    preserve_original: isWordKept,
    split_on_case_change: true,
    split_on_numerics: false,
    stem_english_possessive: false,
  };
}

/**
 * The part of `foldText` that `asciifolding` (Latin letters only) lacks: combining marks are removed, Greek and Cyrillic
 * letters lose their accents. Case stays: words are split by it later. Some 440 mappings.
 */
function foldMappings(): string[] {
  const letters = charactersOf(/[\p{sc=Inherited}\p{sc=Greek}\p{sc=Cyrillic}]/u, 0x2b0);
  return letters.flatMap((letter) => {
    const folded = foldText(letter);
    if (folded === letter.toLowerCase()) return [];
    return `${letter} => ${/\p{Lu}/u.test(letter) ? folded.toUpperCase() : folded}`;
  });
}

/**
 * Punctuation that the standard tokenizer takes for a part of the word around it (obj.name, it's, 1,000, snake_case),
 * and invisible characters, become spaces. Source: Unicode UAX 29, Word_Break MidLetter, MidNum, MidNumLet,
 * ExtendNumLet, Format.
 */
function borderMappings(): string[] {
  const borders = charactersOf(BORDER, 0);
  return borders.map((character) => `${escaped(character)} => \\u0020`);
}

const BORDER = new RegExp(
  [
    /['".,:;_\u00b7\u055f\u0589\u05f4\u060c\u060d\u066c\u07f8\u2018\u2019\u2024\u2027\u202f\u203f\u2040\u2044\u2054]/,
    /[\ufe10-\ufe14\ufe33\ufe34\ufe4d-\ufe55\uff07\uff0c\uff0e\uff1a\uff1b\uff3f]/,
    /\p{Cf}/u,
  ]
    .map(({source}) => source)
    .join('|'),
  'u',
);

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
