import {foldText} from '../../domain/words.ts';

/**
 * How text becomes terms, as near to `domain/words.ts` as analyzers can be.
 *
 * - `ctr_code` indexes: each part of a word at a place of its own (getUserName: get, user, name), and the whole word
 *   at the place of its first part (getusername).
 * - `ctr_code_search` is the same for clients that know nothing of ctr: `user name` and `getUserName` both find it.
 * - `ctr_words` and `ctr_parts` are for our own queries: what `wordsOf` and `partsOf` say, nothing else.
 *
 * Known differences: a word that changes case within is found in another case only by itself or as the last word of
 * a phrase (`return getusername`), because its places are those of its parts; an emoji counts as a word.
 */
export const ANALYSIS = {
  char_filter: {ctr_fold: {type: 'mapping', mappings: foldMappings()}},
  filter: {
    ctr_split: wordDelimiter({isKept: true, isSplitOnCase: true}),
    ctr_to_words: wordDelimiter({isKept: false, isSplitOnCase: false}),
    ctr_to_parts: wordDelimiter({isKept: false, isSplitOnCase: true}),
  },
  analyzer: {
    // An index cannot hold a graph of terms: flattened, phrases of parts stay exact.
    ctr_code: analyzerOf('ctr_split', 'flatten_graph'),
    ctr_code_search: analyzerOf('ctr_split'),
    ctr_words: analyzerOf('ctr_to_words'),
    ctr_parts: analyzerOf('ctr_to_parts'),
  },
};

function analyzerOf(...filters: string[]) {
  return {
    type: 'custom',
    char_filter: ['ctr_fold'],
    tokenizer: 'standard',
    filter: [...filters, 'lowercase', 'asciifolding'],
  };
}

function wordDelimiter({isKept, isSplitOnCase}: {isKept: boolean; isSplitOnCase: boolean}) {
  return {
    type: 'word_delimiter_graph',
    preserve_original: isKept,
    split_on_case_change: isSplitOnCase,
    split_on_numerics: false,
    stem_english_possessive: false,
  };
}

/**
 * What `foldText` does and `asciifolding` (Latin letters only) does not: combining marks go, Greek and Cyrillic
 * letters lose their accents. Case stays: words are split by it later. Some 440 mappings.
 */
function foldMappings(): string[] {
  const mappings: string[] = [];
  for (let code = 0x2b0; code < 0xffff; code++) {
    const letter = String.fromCharCode(code);
    if (!/[\p{sc=Inherited}\p{sc=Greek}\p{sc=Cyrillic}]/u.test(letter)) continue;
    const folded = foldText(letter);
    if (folded === letter.toLowerCase()) continue;
    mappings.push(`${letter} => ${/\p{Lu}/u.test(letter) ? folded.toUpperCase() : folded}`);
  }
  return mappings;
}
