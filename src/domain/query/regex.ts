import {RE2JS, RE2JSException} from 're2js';
import {CtrError} from '../../util/ctr-error.ts';
import {linesOf} from '../lines-of.ts';
import type {TextClause} from './query.ts';

export const PATTERN_MAX_CHARS = 1024;

/** @throws QUERY for what is not a regular expression in RE2's syntax. */
export function checkRegex(pattern: string, position: number): void {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new CtrError('QUERY', `not a regular expression, at character ${position}: ${reasonOf(error)}`, {
      hint: 'The syntax is that of RE2: no look-around, no back-references. For the characters themselves use sub:"...".',
      data: {position},
    });
  }
}

function reasonOf({message}: Error): string {
  return message.replace(/^error parsing regexp: /, '');
}

/** Tests lines of text against one clause, in a time linear in their length. */
export interface LineTest {
  readonly matches: (line: string) => boolean;
  /** True if some line of the content matches. */
  readonly matchesSome: (content: string) => boolean;
  /** The lines that match, from 1, in order. */
  readonly linesIn: (content: string) => number[];
  /** Where the line matches: pairs of UTF-16 offsets, in order, without overlaps, at most `max`. Empty matches are omitted. */
  readonly rangesIn: (line: string, max: number) => [start: number, end: number][];
}

/**
 * As `git grep`: a pattern that matches nothing at all (`^$`) also matches behind the last line feed, unless the last
 * line matches. Source: git 2.39, grep.c, look_ahead.
 */
function matchesBehind(
  lines: readonly string[],
  content: string,
  matches: (line: string) => boolean,
): boolean {
  return content.endsWith('\n') && !matches(lines.at(-1)!) && matches('');
}

/** Compiling costs more than testing a line: a query that many repositories are asked is compiled once. */
const compiled = new WeakMap<TextClause, LineTest>();

/** The test for a clause that `parseQuery` gave. */
export function lineTestOf(clause: TextClause): LineTest {
  const test = compiled.get(clause) ?? compile(clause);
  compiled.set(clause, test);
  return test;
}

function compile(clause: TextClause): LineTest {
  const pattern = clause.type === 'regex' ? clause.pattern : RE2JS.quote(clause.text);
  const regex = RE2JS.compile(pattern, clause.isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  const matches = (line: string) => regex.test(line);
  // The characters of a substring are in one line, or it holds a line feed, and no line has it.
  const isWithinLines = clause.type === 'substring' && !clause.text.includes('\n');
  return {
    matches,
    matchesSome(content) {
      if (isWithinLines) return matches(content);
      const lines = linesOf(content);
      return lines.some(matches) || matchesBehind(lines, content, matches);
    },
    linesIn(content) {
      const lines = linesOf(content);
      const found = lines.flatMap((line, at) => (matches(line) ? [at + 1] : []));
      return matchesBehind(lines, content, matches) ? [...found, lines.length + 1] : found;
    },
    rangesIn(line, max) {
      const ranges: [number, number][] = [];
      const matcher = regex.matcher(line);
      while (ranges.length < max && matcher.find()) {
        if (matcher.end() > matcher.start()) ranges.push([matcher.start(), matcher.end()]);
      }
      return ranges;
    },
  };
}
