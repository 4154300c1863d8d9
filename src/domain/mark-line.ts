import type {Query} from './query.ts';
import {partsOf, wordsOf} from './words.ts';

/** A part of a line, marked if it matches the query. */
export interface LinePart {
  readonly text: string;
  readonly isMatch: boolean;
}

/**
 * Splits the line into parts. Words of positive clauses of the query are marked, alone or within a phrase. The joined
 * parts are the line.
 */
export function markLine(line: string, query: Query): LinePart[] {
  const wanted = wantedTokens(query);
  const parts: LinePart[] = [];
  let from = 0;
  for (const {0: run, index} of line.matchAll(/[\p{L}\p{N}\p{M}\p{Co}]+/gu)) {
    if (!isWanted(run, wanted)) continue;
    if (index > from) parts.push({text: line.slice(from, index), isMatch: false});
    parts.push({text: run, isMatch: true});
    from = index + run.length;
  }
  if (from < line.length) parts.push({text: line.slice(from), isMatch: false});
  return parts;
}

interface WantedTokens {
  readonly whole: ReadonlySet<string>;
  readonly beginnings: readonly string[];
}

function wantedTokens({clauses}: Query): WantedTokens {
  const whole = new Set<string>();
  const beginnings: string[] = [];
  for (const clause of clauses) {
    if (clause.type !== 'words' || clause.isNegated) continue;
    for (const tokens of [wordsOf(clause.text), partsOf(clause.text)]) {
      const last = clause.isPrefix ? tokens.pop() : undefined;
      if (last !== undefined) beginnings.push(last);
      for (const token of tokens) whole.add(token);
    }
  }
  return {whole, beginnings};
}

function isWanted(run: string, {whole, beginnings}: WantedTokens): boolean {
  return [...wordsOf(run), ...partsOf(run)].some(
    (token) => whole.has(token) || beginnings.some((beginning) => token.startsWith(beginning)),
  );
}
