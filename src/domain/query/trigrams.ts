import {foldCase} from '../fold-case.ts';

/**
 * Which trigrams (three code points, folded by `foldCase`) every matching text holds. `anything`: none is known, so
 * every text may match. Another string is a trigram.
 */
export type TrigramQuery =
  | 'anything'
  | string
  | {readonly all: readonly TrigramQuery[]}
  | {readonly any: readonly TrigramQuery[]};

/** So many of a long literal are enough to tell it from other texts. */
const TRIGRAMS_MAX = 24;

/** Of every text that holds `literal` in some case. */
export function trigramsOf(literal: string): TrigramQuery {
  const characters = Array.from(foldCase(literal));
  const found = new Set<string>();
  for (let at = 0; at + 3 <= characters.length && found.size < TRIGRAMS_MAX; at++)
    found.add(characters.slice(at, at + 3).join(''));
  return allOf([...found]);
}

export function allOf(parts: readonly TrigramQuery[]): TrigramQuery {
  const known = parts.filter((part) => part !== 'anything');
  if (known.length === 0) return 'anything';
  return known.length === 1 ? known[0]! : {all: known};
}

export function anyOf(parts: readonly TrigramQuery[]): TrigramQuery {
  if (parts.includes('anything')) return 'anything';
  return parts.length === 1 ? parts[0]! : {any: parts};
}
