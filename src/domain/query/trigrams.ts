import {foldCase} from '../fold-case.ts';

/**
 * Which trigrams (three code points, folded by `foldCase`) every matching text holds: one, all of some, or any of some.
 * Where none is known it is `ANYTHING`: every text may match.
 */
export type TrigramQuery =
  | string
  | {readonly all: readonly TrigramQuery[]}
  | {readonly any: readonly TrigramQuery[]};

export const ANYTHING: TrigramQuery = {all: []};

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
  const known = parts.filter((part) => part !== ANYTHING);
  if (known.length === 0) return ANYTHING;
  return known.length === 1 ? known[0]! : {all: known};
}

export function anyOf(parts: readonly TrigramQuery[]): TrigramQuery {
  if (parts.includes(ANYTHING)) return ANYTHING;
  return parts.length === 1 ? parts[0]! : {any: parts};
}
