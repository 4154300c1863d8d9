import type {Random} from './random.ts';

const VOCABULARY_WORDS = 20_000;
/** A little above 1, as in real texts: the most frequent word is some 9 % of all. */
const ZIPF_EXPONENT = 1.05;
const ONSETS = [
  'b',
  'c',
  'd',
  'f',
  'g',
  'h',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  't',
  'v',
  'w',
  'st',
  'tr',
  'pl',
  'cr',
  'sh',
];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'ou'];
const CODAS = ['', '', 'n', 'r', 's', 't', 'l', 'nd', 'ck', 'm'];
/** One word in some hundred has a letter outside of ASCII, as names and borrowed words do. */
const ACCENTS: Readonly<Record<string, string>> = {e: 'é', u: 'ü', o: 'ö', a: 'à'};

export type Language = 'md' | 'ts' | 'py' | 'rs';

/** Writes texts that have the statistics of real ones: word frequencies, identifiers, punctuation, line lengths. */
export class TextGenerator {
  readonly #random: Random;
  readonly #words: readonly string[];
  readonly #bounds: Float64Array;

  constructor(random: Random) {
    this.#random = random;
    this.#words = vocabulary(random);
    this.#bounds = zipfBounds(this.#words.length);
  }

  word(): string {
    const wanted = this.#random.next();
    let low = 0;
    let high = this.#bounds.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#bounds[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return this.#words[low]!;
  }

  words(count: number): string[] {
    return Array.from({length: count}, () => this.word());
  }

  /** A name for a file or directory. */
  name(): string {
    return this.words(this.#random.between(1, 2)).map(plain).join('-');
  }

  sentence(): string {
    const words = this.words(this.#random.between(6, 18));
    if (this.#random.next() < 0.2) words[2] = `\`${this.identifier()}\``;
    if (this.#random.next() < 0.3) words[3] += ',';
    // Real Markdown has typographic quotes in some of its lines.
    if (this.#random.next() < 0.05) words[4] = `“${words[4]}”`;
    return `${capitalized(words.join(' '))}.`;
  }

  /** getUserName, or get_user_name. */
  identifier(separator: '' | '_' = ''): string {
    const [first, ...rest] = this.words(this.#random.between(1, 3)).map(plain);
    return separator === '_' ? [first, ...rest].join('_') : `${first}${rest.map(capitalized).join('')}`;
  }

  /** The lines of a file of about `lineCount` lines. */
  file(language: Language, lineCount: number): string[] {
    const lines = language === 'md' ? this.#frontMatter() : [`${comment(language)} ${this.sentence()}`, ''];
    while (lines.length < lineCount) lines.push(...this.block(language));
    return lines;
  }

  /** Some lines that belong together: a section, or a function. */
  block(language: Language): string[] {
    return language === 'md' ? this.#section() : this.#function(language);
  }

  #frontMatter(): string[] {
    const title = capitalized(this.words(4).join(' '));
    return [
      '---',
      `title: ${title}`,
      `tags: [${this.words(3).map(plain).join(', ')}]`,
      '---',
      '',
      `# ${title}`,
      '',
    ];
  }

  #section(): string[] {
    const sentences = Array.from({length: this.#random.between(2, 6)}, () => this.sentence());
    const items = Array.from({length: this.#random.between(0, 4)}, () => `- ${this.sentence()}`);
    const code = this.#random.next() < 0.3 ? ['```ts', ...this.#function('ts'), '```', ''] : [];
    return [`## ${capitalized(this.words(3).join(' '))}`, '', ...sentences, '', ...items, '', ...code];
  }

  #function(language: Exclude<Language, 'md'>): string[] {
    const separator = language === 'ts' ? '' : '_';
    const id = () => this.identifier(separator);
    const body = Array.from({length: this.#random.between(2, 8)}, () => {
      const call = `${id()}(${id()}, ${this.#random.between(0, 9999)})`;
      return this.#random.next() < 0.2
        ? `  ${comment(language)} ${this.sentence()}`
        : `  ${id()} = ${call}${language === 'py' ? '' : ';'}`;
    });
    switch (language) {
      case 'ts':
        return [`export function ${id()}(${id()}: string, ${id()}: number) {`, ...body, '}', ''];
      case 'rs':
        return [`pub fn ${id()}(${id()}: &str) -> usize {`, ...body, '}', ''];
      case 'py':
        return [`def ${id()}(${id()}, ${id()}):`, ...body, ''];
    }
  }
}

function vocabulary(random: Random): string[] {
  const words = new Set<string>();
  while (words.size < VOCABULARY_WORDS) {
    // The first words are the frequent ones, and frequent words are short.
    const syllables = words.size < 300 ? 1 : random.between(1, words.size < 5000 ? 3 : 4);
    const word = Array.from(
      {length: syllables},
      () => random.pick(ONSETS) + random.pick(VOWELS) + random.pick(CODAS),
    ).join('');
    words.add(random.next() < 0.01 ? word.replace(/[euoa]/, (letter) => ACCENTS[letter]!) : word);
  }
  return [...words];
}

function zipfBounds(count: number): Float64Array {
  const bounds = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) bounds[rank] = sum += 1 / (rank + 1) ** ZIPF_EXPONENT;
  return bounds.map((bound) => bound / sum);
}

function plain(word: string): string {
  return word.normalize('NFD').replace(/[^a-z]/g, '');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function comment(language: Exclude<Language, 'md'>): string {
  return language === 'py' ? '#' : '//';
}
