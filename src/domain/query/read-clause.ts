import {type Filter, filterNamed, isAbout} from './filters.ts';
import {type FilterText, fileCondition, refusal, shorten} from './parse-filter.ts';
import type {Expression} from './query.ts';
import type {QueryScanner} from './query-scanner.ts';
import type {ScopeText} from './read-scope.ts';
import {checkRegex} from './regex.ts';
import {type UnknownFilter, unknownFilterIn} from './unknown-filters.ts';

const KEY = /([a-z][a-z-]{0,15}):(?=[^\s:)])(?!\/\/)/iy;
/** Ends at the first slash before white space, a closing parenthesis or the end. Comments of C are none. */
const REGEX = /\/(?![\s/*])((?:\\[^\n]|[^\\\n])*?)\/(?=[\s)]|$)/y;
const STAR = /\*/y;
const ENDS_IN_WORD = /[\p{L}\p{N}\p{M}\p{Co}]$/u;
const HAS_WORD = /[\p{L}\p{N}\p{Co}]/u;

/** A query while it is read: everything next to the expression. */
export interface Reading {
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
export type About = 'files' | 'commits' | 'either';

/**
 * The word, phrase, substring, regular expression or condition at the scanner's place, which is behind it afterwards.
 * Undefined for punctuation, and for what holds for the whole query. `start`: where its negation begins.
 * @throws QUERY
 */
export function readClause(
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
