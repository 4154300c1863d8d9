import {extensionOf} from '../../src/domain/entry.ts';
import {wordsOf} from '../../src/domain/words.ts';
import type {Random} from './random.ts';

export const WORD_KINDS = [
  'frequent word',
  'middle word',
  'rare word',
  'two words',
  'phrase',
  'prefix',
  'path filter',
] as const;
export const QUERY_KINDS = [...WORD_KINDS, 'or', 'substring', 'regex'] as const;
export type QueryKind = (typeof QUERY_KINDS)[number];

export interface ChosenQuery {
  readonly kind: QueryKind;
  readonly query: string;
  /** Arguments with which `git grep` finds the same files, where it can. */
  readonly gitGrep?: readonly string[] | undefined;
}

export interface SampleText {
  readonly path: string;
  readonly content: string;
}

/** Queries of every kind in turn, made of words that the texts have. Empty where they have none. */
export function chooseQueries(
  texts: readonly SampleText[],
  {count, random, kinds = QUERY_KINDS}: {count: number; random: Random; kinds?: readonly QueryKind[]},
): ChosenQuery[] {
  const samples = texts
    .map(({path, content}) => ({path, words: wordsOf(content), lines: plainLines(content)}))
    .filter(({words, lines}) => words.length > 3 && lines.length > 0);
  const ranked = rankWords(samples);
  if (ranked.length === 0) return [];
  const band = (from: number, to: number) =>
    random.pick(ranked.slice(Math.floor(ranked.length * from), Math.ceil(ranked.length * to)));
  const frequent = () => random.pick(ranked.slice(0, 100));
  const middle = () => band(0.05, 0.3);
  const line = () => random.pick(random.pick(samples).lines);
  const make: Readonly<Record<QueryKind, () => string | Omit<ChosenQuery, 'kind'>>> = {
    'frequent word': frequent,
    'middle word': middle,
    'rare word': () => band(0.6, 1),
    'two words': () => {
      const {words} = random.pick(samples);
      return `${random.pick(words)} ${random.pick(words)}`;
    },
    phrase: () => {
      const {words} = random.pick(samples);
      const at = random.between(0, words.length - 3);
      return `"${words.slice(at, at + 3).join(' ')}"`;
    },
    prefix: () => `${middle().slice(0, 4)}*`,
    'path filter': () => {
      const extension = extensionOf(random.pick(samples).path);
      return extension === '' ? `${frequent()} path:*` : `${frequent()} path:*.${extension}`;
    },
    or: () => `${middle()} OR ${middle()}`,
    substring: () => {
      const text = line();
      const at = random.between(0, text.length - 8);
      const part = text.slice(at, at + random.between(8, 16)).trim();
      return {query: `sub:"${part}"`, gitGrep: ['--fixed-strings', part]};
    },
    regex: () => {
      const [first = '', second = ''] = line().match(/[A-Za-z]{3,}/g) ?? [];
      const pattern = `${first}[^a-z]{1,9}${second}`;
      return {query: `/${pattern}/`, gitGrep: ['--extended-regexp', pattern]};
    },
  };
  return Array.from({length: count}, (_, at) => {
    const kind = kinds[at % kinds.length]!;
    const made = make[kind]();
    return typeof made === 'string' ? {kind, query: made} : {kind, ...made};
  });
}

/** Lines of ASCII with two words and without quotes, which need no escape in a query. */
function plainLines(content: string): string[] {
  return content
    .split('\n')
    .map((text) => text.trim())
    .filter(
      (text) =>
        /^[ -~]{12,200}$/.test(text) &&
        !text.includes('"') &&
        /[A-Za-z]{3,}.*[^A-Za-z].*[A-Za-z]{3,}/.test(text),
    );
}

/** Words of three letters or more, those that most texts have first. */
function rankWords(samples: readonly {readonly words: readonly string[]}[]): string[] {
  const counts = new Map<string, number>();
  for (const {words} of samples)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const known = [...counts].filter(([word]) => word.length > 2);
  return known.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word);
}
