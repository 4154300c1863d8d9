import {foldCase} from '../../domain/fold-case.ts';

/**
 * The field of each three characters in a row: which documents have them, not where. A subfield, so that no document
 * carries them. A query that names no field, or another analyzer, finds nothing in it.
 */
export const TRIGRAMS = {
  type: 'text',
  analyzer: 'ctr_trigrams',
  search_analyzer: 'ctr_no_trigrams',
  index_options: 'docs',
  norms: false,
};

/**
 * The analyzers of `TRIGRAMS`. The first folds as `foldCase` does: the engine's own `lowercase` is for ASCII, because of
 * other characters the Unicode of Java may know fewer or other cases than ours. The second gives no term that the first
 * gives.
 */
export function trigramAnalysis() {
  return {
    char_filter: {ctr_case: {type: 'mapping', mappings: caseMappings()}},
    tokenizer: {ctr_trigrams: {type: 'ngram', min_gram: 3, max_gram: 3}},
    filter: {ctr_longer: {type: 'length', min: 4}},
    analyzer: {
      ctr_trigrams: {
        type: 'custom',
        char_filter: ['ctr_case'],
        tokenizer: 'ctr_trigrams',
        filter: ['lowercase'],
      },
      ctr_no_trigrams: {type: 'custom', tokenizer: 'keyword', filter: ['ctr_longer']},
    },
  };
}

/** In the planes above these no letter has a case. */
const LETTER_MAX = 0x1ffff;

function caseMappings(): string[] {
  const mappings: string[] = [];
  for (let code = 0x80; code <= LETTER_MAX; code++) {
    const letter = String.fromCodePoint(code);
    const folded = foldCase(letter);
    if (folded !== letter) mappings.push(`${letter} => ${folded}`);
  }
  return mappings;
}
