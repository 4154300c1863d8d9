import {extensionOf} from '../../src/domain/entry.ts';
import {wordsOf} from '../../src/domain/words.ts';
import type {Random} from './random.ts';

export const QUERY_KINDS = [
  'frequent word',
  'middle word',
  'rare word',
  'two words',
  'phrase',
  'prefix',
  'path filter',
] as const;
export type QueryKind = (typeof QUERY_KINDS)[number];

export interface ChosenQuery {
  readonly kind: QueryKind;
  readonly query: string;
}

export interface SampleText {
  readonly path: string;
  readonly content: string;
}

/** Queries of every kind in turn, made of words that the texts have. Empty where they have none. */
export function chooseQueries(
  texts: readonly SampleText[],
  {count, random}: {count: number; random: Random},
): ChosenQuery[] {
  const samples = texts
    .map(({path, content}) => ({path, words: wordsOf(content)}))
    .filter(({words}) => words.length > 3);
  const ranked = rankWords(samples);
  if (ranked.length === 0) return [];
  const band = (from: number, to: number) =>
    random.pick(ranked.slice(Math.floor(ranked.length * from), Math.ceil(ranked.length * to)));
  const frequent = () => random.pick(ranked.slice(0, 100));
  const middle = () => band(0.05, 0.3);
  const make: Readonly<Record<QueryKind, () => string>> = {
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
  };
  return Array.from({length: count}, (_, at) => {
    const kind = QUERY_KINDS[at % QUERY_KINDS.length]!;
    return {kind, query: make[kind]()};
  });
}

/** Words of three letters or more, those that most texts have first. */
function rankWords(samples: readonly {readonly words: readonly string[]}[]): string[] {
  const counts = new Map<string, number>();
  for (const {words} of samples)
    for (const word of new Set(words)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const known = [...counts].filter(([word]) => word.length > 2);
  return known.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([word]) => word);
}
