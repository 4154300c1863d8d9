import {CtrError} from '../../util/ctr-error.ts';
import {boundQuery} from './bound-query.ts';
import {type CommitQuery, readCommitFilters} from './commit-query.ts';
import {isAbout} from './filters.ts';
import {refusal, shorten} from './parse-filter.ts';
import {EVERYTHING, type Expression, hasTextClause, isTextClause, mapClauses, type Query} from './query.ts';
import {QueryScanner} from './query-scanner.ts';
import {type About, type Reading, readClause} from './read-clause.ts';
import {readScope} from './read-scope.ts';

const QUERY_MAX_CHARS = 4096;
const DEPTH_MAX = 12;

const SPACE = /\s+/y;
const OR = /OR(?=[\s(]|$)/y;
const AND = /AND(?=[\s(])/y;
const NOT = /NOT(?=[\s(])\s*/y;
/** No negation: `--force`, `->`, a number (`-1`), one letter (`-m`). */
const MINUS = /-(?=["(/_.\p{L}\p{M}\p{N}\p{Co}])(?!\d+(?:[\s)]|$))(?!\p{L}(?:[\s)]|$))/uy;

/** A query about files, or one about commits. */
export type AnyQuery = {readonly files: Query} | {readonly commits: CommitQuery};

/**
 * Parses a query.
 *
 *     words "a phrase" prefix* "a phr"*  all of them, in the text or in the path
 *     a OR b   (a OR b) c   NOT a   -a   operators, in upper case; `AND` changes nothing
 *     sub:"=> {"  /regex/  case:yes      lines of the text, exactly
 *     path:docs ext:ts lang:go size:>1mb filters: see `FILTER_KEYS`
 *     author:ada after:2026-01-31        commits instead of files; words are those of messages
 *
 * Punctuation outside of quotes, substrings and regular expressions means nothing, so pasted code is a query. Text with
 * a colon that is no filter is words; it is reported if it looks like one. Equal clauses count once.
 * @throws QUERY with one sentence, a hint and the position.
 */
export function parseQuery(text: string): Query {
  return fileQueryOf(read(text, 'files'));
}

/**
 * The same, or a query about commits: if `isAboutCommits`, or if it has a condition that only commits have.
 * @throws QUERY also for a query that has conditions of files, too
 */
export function parseAnyQuery(
  text: string,
  {isAboutCommits = false, now}: {isAboutCommits?: boolean; now?: Date | undefined} = {},
): AnyQuery {
  const parsed = read(text, isAboutCommits ? 'commits' : 'either');
  return isAboutCommits || parsed.reading.ofCommits.length > 0
    ? {commits: commitQueryOf(parsed, now)}
    : {files: fileQueryOf(parsed)};
}

/** A query that was read, with its expression in any size. */
interface Parsed {
  readonly text: string;
  readonly reading: Reading;
  readonly found: Expression | undefined;
}

function read(text: string, about: About): Parsed {
  if (text.length > QUERY_MAX_CHARS) {
    throw new CtrError('QUERY', `the query is longer than ${QUERY_MAX_CHARS} characters`, {
      hint: 'Search for fewer words.',
    });
  }
  const scanner = new QueryScanner(text.toWellFormed());
  const reading: Reading = {
    scanner,
    unknownFilters: new Map(),
    notes: new Set(),
    scope: [],
    about,
    ofCommits: [],
    ofFiles: [],
    substrings: [],
  };
  return {text, reading, found: readAlternatives(reading)};
}

function fileQueryOf({text, reading, found}: Parsed): Query {
  const {sort, ...rest} = boundedOf(reading, found);
  if (found === undefined && !reading.scope.some(({filter}) => isAbout(filter, 'scope')))
    throw nothingToFind(text);
  return {...rest, sort};
}

function commitQueryOf({reading, found}: Parsed, now: Date | undefined): CommitQuery {
  const {ofCommits, ofFiles, substrings} = reading;
  const [other] = ofFiles;
  if (other) {
    const name = ofCommits[0] ? `${ofCommits[0].filter}:` : 'this search';
    throw refusal(
      other,
      `${other.name} is about files, and ${name} is about commits`,
      'Search for files or for commits. changed: names a path that commits changed.',
    );
  }
  const {sort: _, expression, ...rest} = boundedOf(reading, found);
  return {...rest, ...readCommitFilters(expression, {texts: ofCommits, substrings, now})};
}

/** The query within the limits. */
function boundedOf(reading: Reading, found: Expression = EVERYTHING): Query {
  const {scope, sort, isCaseSensitive} = readScope(reading.scope);
  const expression = boundQuery(withCase(found, isCaseSensitive));
  if (isCaseSensitive && !hasTextClause(expression))
    reading.notes.add('case:yes has no effect: it is for sub: and /regex/, and words ignore case.');
  return {
    expression,
    scope,
    sort,
    unknownFilters: [...reading.unknownFilters.values()],
    notes: [...reading.notes],
  };
}

/** Undefined where there is nothing but punctuation. */
function readAlternatives(reading: Reading): Expression | undefined {
  const {scanner} = reading;
  const alternatives: Expression[] = [];
  for (;;) {
    const found = readAll(reading);
    const {position} = scanner;
    const goesOn = scanner.take(OR) !== undefined;
    if (found === undefined && (goesOn || alternatives.length > 0))
      throw refusal({position}, 'OR has nothing on one side', 'For the word itself write "OR" in quotes.');
    if (found) alternatives.push(found);
    if (!goesOn) break;
  }
  return alternatives.length < 2 ? alternatives[0] : {type: 'any', of: alternatives};
}

function readAll(reading: Reading): Expression | undefined {
  const {scanner} = reading;
  const parts: Expression[] = [];
  for (;;) {
    scanner.take(SPACE);
    if (parts.length > 0 && scanner.take(AND)) continue;
    if (scanner.isAtEnd || isAtOr(scanner) || (scanner.depth > 0 && scanner.text[scanner.at] === ')')) break;
    const part = readPart(reading);
    if (part) parts.push(part);
  }
  const joined = joinAlternatives(parts);
  return joined.length < 2 ? joined[0] : {type: 'all', of: joined};
}

function isAtOr(scanner: QueryScanner): boolean {
  return scanner.match(OR) !== null;
}

/** Several extensions, languages or types mean any of them: no file has two. No commit has two authors. */
function joinAlternatives(parts: readonly Expression[]): Expression[] {
  const joined: Expression[] = [];
  const places = new Map<string, number>();
  for (const part of parts) {
    const kind = exclusiveKindOf(part);
    const place = kind === undefined ? undefined : places.get(kind);
    if (place !== undefined)
      joined[place] = {type: 'any', of: [...alternativesOf(joined[place]!), ...alternativesOf(part)]};
    else {
      if (kind !== undefined) places.set(kind, joined.length);
      joined.push(part);
    }
  }
  return joined;
}

const EXCLUSIVE = new Set(['ext', 'lang', 'kind', 'author']);

function exclusiveKindOf(part: Expression): string | undefined {
  const kinds = new Set(alternativesOf(part).map(({type}) => type));
  const [kind] = kinds;
  return kinds.size === 1 && EXCLUSIVE.has(kind!) ? kind : undefined;
}

function alternativesOf(part: Expression): readonly Expression[] {
  return part.type === 'any' ? part.of : [part];
}

function readPart(reading: Reading): Expression | undefined {
  const {scanner} = reading;
  const start = scanner.at;
  let isNegated = false;
  while (scanner.take(NOT) !== undefined) isNegated = !isNegated;
  if (scanner.take(MINUS) !== undefined) isNegated = !isNegated;
  const part =
    scanner.text[scanner.at] === '('
      ? readGroup(reading, isNegated)
      : readClause(reading, {start, isNegated});
  return part && isNegated ? {type: 'not', of: part} : part;
}

/** A parenthesis that is never closed is punctuation, unless it matters what it holds. */
function readGroup(reading: Reading, isNegated: boolean): Expression | undefined {
  const {scanner} = reading;
  const {position} = scanner;
  if (scanner.depth === DEPTH_MAX)
    throw refusal(
      {position},
      `more than ${DEPTH_MAX} parentheses within each other`,
      'Few queries need more than two.',
    );
  scanner.at++;
  scanner.depth++;
  const part = readAlternatives(reading);
  scanner.depth--;
  const isClosed = scanner.take(/\)/y) !== undefined;
  if (!isClosed && (isNegated || part?.type === 'any'))
    throw refusal({position}, 'the parenthesis is not closed', 'Add a ), or put the text in quotes.');
  return part;
}

function withCase(expression: Expression, isCaseSensitive: boolean): Expression {
  return isCaseSensitive
    ? mapClauses(expression, (clause) => (isTextClause(clause) ? {...clause, isCaseSensitive} : clause))
    : expression;
}

function nothingToFind(text: string): CtrError {
  if (text.trim() === '')
    return new CtrError('QUERY', 'the query is empty', {
      hint: 'Give at least one word, a "phrase", sub:, /regex/ or a filter such as path:.',
    });
  return new CtrError(
    'QUERY',
    `there is no word, filter, substring or regular expression in ${shorten(text.trim())}`,
    {
      hint: 'Punctuation by itself is found as a substring: sub:"=> {".',
    },
  );
}
