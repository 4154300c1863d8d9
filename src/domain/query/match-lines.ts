import {foldText} from '../fold-text.ts';
import {linesOf} from '../lines-of.ts';
import {findWords, rangeOf, type WordsMatch} from './find-words.ts';
import {type Expression, isTextClause, type WordsClause, wantedClauses} from './query.ts';
import {type LineTest, lineTestOf} from './regex.ts';

/** A line of a file that matches, or one near it. */
export interface FoundLine {
  /** From 1. */
  readonly line: number;
  /** Without its line break; of a long line only the part around the first match. */
  readonly text: string;
  /** The character of the line with which `text` begins, from 1. */
  readonly column: number;
  /** True if `text` is not the whole line. */
  readonly isCut: boolean;
  /** Where `text` matches: characters (code points) from 0, `end` excluded; in order. Empty for a line near a match. */
  readonly matches: readonly {readonly start: number; readonly end: number}[];
}

export interface FoundLines {
  readonly lines: readonly FoundLine[];
  /** How many lines match. */
  readonly total: number;
}

export interface LineLimits {
  /** At most so many lines that match: those with most clauses of the query, then the first. */
  readonly linesMax: number;
  /** UTF-16 units. */
  readonly lineMaxChars: number;
  /** So many lines before and after each are added. */
  readonly contextLines?: number | undefined;
}

/** Finds in one content after the other. */
export type LineFinder = (content: string, limits: LineLimits) => FoundLines;

/** A huge file may match everywhere: so many matches of one clause are looked at. */
const MATCHES_MAX = 100_000;
const RANGES_MAX = 100;

/** A clause that lines are searched for. */
type Wanted = {readonly words: WordsClause} | {readonly test: LineTest};

/** Lines that match clauses of the query which no negation stands before. Compiles them once. */
export function makeLineFinder(expression: Expression): LineFinder {
  const wanted = wantedClauses(expression).flatMap((clause): Wanted[] => {
    if (clause.type === 'words') return [{words: clause}];
    return isTextClause(clause) ? [{test: lineTestOf(clause)}] : [];
  });
  return (content, limits) =>
    wanted.length === 0 ? {lines: [], total: 0} : findLines(content, wanted, limits);
}

/** The matches of a line: by clause, the words that do. */
type LineMatches = Map<Wanted, WordsMatch[]>;

function findLines(content: string, wanted: readonly Wanted[], limits: LineLimits): FoundLines {
  const byLine = new Map<number, LineMatches>();
  const matchesOf = (line: number, clause: Wanted): WordsMatch[] => {
    const matches = byLine.get(line) ?? byLine.set(line, new Map()).get(line)!;
    return matches.get(clause) ?? matches.set(clause, []).get(clause)!;
  };
  const texts = linesOf(content);
  const folded = wanted.some((clause) => 'words' in clause) ? foldText(content) : '';
  for (const clause of wanted) {
    if ('words' in clause)
      for (const match of findWords({content, folded}, clause.words, MATCHES_MAX))
        matchesOf(match.line, clause).push(match);
    else for (const line of clause.test.linesIn(content)) matchesOf(line, clause);
  }
  const best = [...byLine]
    .sort(([a, left], [b, right]) => right.size - left.size || a - b)
    .slice(0, limits.linesMax);
  const shown = new Map(best);
  for (const [line] of best) addContext(shown, line, {texts, contextLines: limits.contextLines ?? 0});
  const lines = [...shown]
    .sort(([a], [b]) => a - b)
    .map(([line, matches]) => showLine(line, withoutReturn(texts[line - 1] ?? ''), {matches, limits}));
  return {lines, total: byLine.size};
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function addContext(
  shown: Map<number, LineMatches>,
  line: number,
  {texts, contextLines}: {texts: readonly string[]; contextLines: number},
): void {
  const from = Math.max(1, line - contextLines);
  const to = Math.min(texts.length, line + contextLines);
  for (let near = from; near <= to; near++) if (!shown.has(near)) shown.set(near, new Map());
}

function showLine(
  line: number,
  text: string,
  {matches, limits: {lineMaxChars}}: {matches: LineMatches; limits: LineLimits},
): FoundLine {
  const found = [...matches].flatMap(([clause, words]) =>
    'test' in clause ? clause.test.rangesIn(text, RANGES_MAX) : words.slice(0, RANGES_MAX).map(rangeOf),
  );
  const ranges = merged(found);
  const {start, end} = placeOf(text, ranges[0]?.[0] ?? 0, lineMaxChars);
  const part = text.slice(start, end);
  const count = (units: number) => countCharacters(part.slice(0, units));
  const within = ranges.flatMap(([from, to]) =>
    from < end && to > start ? [{start: count(Math.max(0, from - start)), end: count(to - start)}] : [],
  );
  return {
    line,
    text: part,
    column: countCharacters(text.slice(0, start)) + 1,
    isCut: part.length < text.length,
    matches: within,
  };
}

/** In order, without overlaps. */
function merged(ranges: readonly [number, number][]): [number, number][] {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const result: [number, number][] = [];
  for (const [start, end] of sorted) {
    const last = result.at(-1);
    if (last && start < last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result.slice(0, RANGES_MAX);
}

/** The part of a long line to show: `charsMax` units around `offset`, a quarter of them before it. */
function placeOf(text: string, offset: number, charsMax: number): {start: number; end: number} {
  if (text.length <= charsMax) return {start: 0, end: text.length};
  const start = Math.max(0, Math.min(offset - (charsMax >> 2), text.length - charsMax));
  const isHalf = (at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  return {start: start + (isHalf(start) ? 1 : 0), end: start + charsMax - (isHalf(start + charsMax) ? 1 : 0)};
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
