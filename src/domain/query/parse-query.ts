import {CtrError} from '../../util/ctr-error.ts';
import {boundQuery} from './bound-query.ts';
import {type CommitQuery, readCommitFilters} from './commit-query.ts';
import {type Filter, filterNamed, isAbout} from './filters.ts';
import {type FilterText, fileCondition, refusal, shorten} from './parse-filter.ts';
import {EVERYTHING, type Expression, hasTextClause, isTextClause, mapClauses, type Query} from './query.ts';
import {QueryScanner} from './query-scanner.ts';
import {readScope, type ScopeText} from './read-scope.ts';
import {checkRegex} from './regex.ts';
import {type UnknownFilter, unknownFilterIn} from './unknown-filters.ts';

const QUERY_MAX_CHARS = 4096;
const DEPTH_MAX = 12;

const SPACE = /\s+/y;
const OR = /OR(?=[\s(]|$)/y;
const AND = /AND(?=[\s(])/y;
const NOT = /NOT(?=[\s(])\s*/y;
/** No negation: `--force`, `->`, a number (`-1`), one letter (`-m`). */
const MINUS = /-(?=["(/_.\p{L}\p{M}\p{N}\p{Co}])(?!\d+(?:[\s)]|$))(?!\p{L}(?:[\s)]|$))/uy;
const KEY = /([a-z][a-z-]{0,15}):(?=[^\s:)])(?!\/\/)/iy;
/** Ends at the first slash before white space, a closing parenthesis or the end. Comments of C are none. */
const REGEX = /\/(?![\s/*])((?:\\[^\n]|[^\\\n])*?)\/(?=[\s)]|$)/y;
const STAR = /\*/y;
const ENDS_IN_WORD = /[\p{L}\p{N}\p{M}\p{Co}]$/u;
const HAS_WORD = /[\p{L}\p{N}\p{Co}]/u;

/** A query while it is read: everything next to the expression. */
interface Reading {
  readonly scanner: QueryScanner;
  /** By name. */
  readonly unknownFilters: Map<string, UnknownFilter>;
  readonly notes: Set<string>;
  readonly scope: ScopeText[];
  readonly about: About;
  /** Conditions that only commits have, in their order. */
  readonly ofCommits: ScopeText[];
  /** Conditions that only files have, by their names in the query. */
  readonly ofFiles: (Pick<FilterText, 'position'> & {readonly name: string})[];
  readonly substrings: Pick<FilterText, 'position'>[];
}

/** Files only, commits only, or what the query is about: commits, if it has a condition that only they have. */
type About = 'files' | 'commits' | 'either';

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

function readClause(
  reading: Reading,
  {start, isNegated}: {start: number; isNegated: boolean},
): Expression | undefined {
  const {scanner} = reading;
  const filter = takeFilter(scanner);
  if (filter) return readFilter(reading, {filter, position: start + 1, isNegated});
  const regex = scanner.match(REGEX);
  if (regex) {
    const {position} = scanner;
    scanner.at += regex[0].length;
    const pattern = regex[1]!;
    checkRegex(pattern, position);
    reading.ofFiles.push({position, name: 'a regular expression'});
    return {type: 'regex', pattern, isCaseSensitive: false};
  }
  const quoted = takeQuoted(scanner, '"');
  if (quoted !== undefined) {
    const isPrefix = scanner.take(STAR) !== undefined && ENDS_IN_WORD.test(quoted);
    return HAS_WORD.test(quoted) ? {type: 'words', text: quoted, isPrefix} : undefined;
  }
  return readWord(reading);
}

function takeFilter(scanner: QueryScanner): Filter | undefined {
  const match = scanner.match(KEY);
  const filter = match ? filterNamed(match[1]!) : undefined;
  if (filter) scanner.at += match![0].length;
  return filter;
}

function readWord({scanner, unknownFilters, notes}: Reading): Expression | undefined {
  const token = scanner.takeWord();
  if (!HAS_WORD.test(token)) return undefined;
  const isPrefix =
    /[^*]\*$/.test(token) && !token.slice(0, -1).includes('*') && ENDS_IN_WORD.test(token.slice(0, -1));
  const text = isPrefix ? token.slice(0, -1) : token;
  if (/[\p{L}\p{N}]\*+[\p{L}\p{N}]/u.test(text))
    notes.add(
      `A * stands only at the end of a word: ${shorten(token)} was searched for as words. For more use /regex/.`,
    );
  const unknown = unknownFilterIn(token);
  if (unknown) unknownFilters.set(unknown.name, unknown);
  else noteEmptyFilter(text, notes);
  return {type: 'words', text, isPrefix};
}

/** `path: docs` is two words: the value of a filter begins right behind the colon. */
function noteEmptyFilter(text: string, notes: Set<string>): void {
  const name = /^([a-z-]+):$/i.exec(text)?.[1];
  if (name !== undefined && name.length > 1 && filterNamed(name))
    notes.add(`${text} has no value right behind the colon, and was searched for as a word.`);
}

/** The text between quotes; undefined if no quote begins here. */
function takeQuoted(scanner: QueryScanner, quote: '"' | "'"): string | undefined {
  if (scanner.text[scanner.at] !== quote) return undefined;
  const end = scanner.text.indexOf(quote, scanner.at + 1);
  if (end < 0) {
    throw refusal(
      scanner,
      `the quote is not closed: ${shorten(scanner.text.slice(scanner.at))}`,
      `Add a closing ${quote}, or remove the opening one.`,
    );
  }
  const quoted = scanner.text.slice(scanner.at + 1, end);
  scanner.at = end + 1;
  return quoted;
}

function readFilter(
  reading: Reading,
  {filter, position, isNegated}: {filter: Filter; position: number; isNegated: boolean},
): Expression | undefined {
  const {scanner} = reading;
  const isSingle = filter === 'sub' && scanner.text.indexOf("'", scanner.at + 1) > 0;
  const quoted = takeQuoted(scanner, '"') ?? (isSingle ? takeQuoted(scanner, "'") : undefined);
  const value = quoted ?? scanner.takeWord();
  if ((filter === 'sub' ? value : value.trim()) === '')
    throw refusal(
      {position},
      `${filter}: has no value`,
      `For the word itself, put it in quotes: "${filter}".`,
    );
  const text = {filter, value, isQuoted: quoted !== undefined, position, isNegated};
  if (filter === 'sub') {
    reading.substrings.push(text);
    return {type: 'substring', text: value, isCaseSensitive: false};
  }
  if (isAbout(filter, 'commit') || (filter === 'type' && /^commits?$/i.test(value)))
    return readCommitFilter(reading, text);
  const condition = fileCondition(text);
  if (condition || filter === 'sort') reading.ofFiles.push({position, name: `${filter}:`});
  if (condition) return condition;
  assertNotWithin(reading, text);
  reading.scope.push(text);
  return undefined;
}

function readCommitFilter(reading: Reading, text: ScopeText): Expression | undefined {
  const {filter, value, isNegated} = text;
  if (reading.about === 'files')
    throw refusal(
      text,
      `${filter}: is about commits, not about files`,
      'Commits are searched in one repository: `ctr search` without --all, or `ctr log --help`.',
    );
  reading.ofCommits.push(text);
  if (filter === 'author' || filter === 'message') return {type: filter, text: value};
  assertNotWithin(reading, text);
  if (isNegated) throw refusal(text, `${filter}: cannot be negated`, 'It holds for the whole query.');
  return undefined;
}

/** @throws QUERY within parentheses. */
function assertNotWithin({scanner}: Reading, text: FilterText): void {
  if (scanner.depth > 0)
    throw refusal(text, `${text.filter}: cannot stand in parentheses`, 'It holds for the whole query.');
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
