import assert from 'node:assert/strict';
import {CtrError} from '../util/ctr-error.ts';
import {boundQuery} from './bound-query.ts';
import {ENTRY_KINDS, type EntryKind} from './entry.ts';
import {languageNamed, languagesNear} from './languages.ts';
import {PATH_PATTERN_MAX_CHARS} from './path-pattern.ts';
import type {Clause, Query} from './query.ts';
import {filtersListed, type UnknownFilter, unknownFilterIn} from './unknown-filters.ts';

const QUERY_MAX_CHARS = 4096;

/**
 * Parses a query.
 *
 *     words separated by white space     all of them, anywhere
 *     "a phrase"                         next to each other, in this order
 *     prefix*  "a phr"*                  the last word may be longer
 *     -word  -"a phrase"  -path:x        must not match
 *     path:docs  path:/src  path:*.md    see `pathPatternToRegExp`
 *     ext:ts  lang:typescript  type:text extension, language, kind of entry
 *
 * Filter values may be quoted; between quotes every character is literal. Keys may have any case. Other words with a
 * colon are plain words (`http://x`, `std::vector`; `foo:bar` is also reported as an unknown filter), as are words that
 * begin with two dashes (`--force`). A quote within a word is punctuation.
 * Equal clauses count once. @throws QUERY with one sentence and a hint.
 */
export function parseQuery(text: string): Query {
  if (text.length > QUERY_MAX_CHARS) {
    throw new CtrError('QUERY', `the query is longer than ${QUERY_MAX_CHARS} characters`, {
      hint: 'Search for fewer words.',
    });
  }
  const scanner: Scanner = {text: text.toWellFormed(), at: 0, unknownFilters: new Map()};
  const clauses: Clause[] = [];
  for (skipSpace(scanner); scanner.at < scanner.text.length; skipSpace(scanner)) {
    clauses.push(readClause(scanner));
  }
  if (clauses.length === 0) {
    throw new CtrError('QUERY', 'the query is empty', {
      hint: 'Give at least one word, a "phrase", or a filter: path:, ext:, lang:, type:.',
    });
  }
  const unknownFilters = [...scanner.unknownFilters.values()];
  return {clauses: boundQuery(clauses), ...(unknownFilters.length > 0 && {unknownFilters})};
}

interface Scanner {
  readonly text: string;
  at: number;
  /** By name. */
  readonly unknownFilters: Map<string, UnknownFilter>;
}

const SPACE = /\s+/y;
const TOKEN = /\S+/y;
const KEY = /(path|ext|lang|type):/iy;
const MINUS = /-(?!-)/y;

/** The text that the pattern (sticky) matches at the scanner's position, which moves after it. */
function take(scanner: Scanner, pattern: RegExp): string | undefined {
  pattern.lastIndex = scanner.at;
  const match = pattern.exec(scanner.text)?.[0];
  scanner.at += match?.length ?? 0;
  return match;
}

function skipSpace(scanner: Scanner): void {
  take(scanner, SPACE);
}

function readClause(scanner: Scanner): Clause {
  const start = scanner.at;
  const isNegated = take(scanner, MINUS) !== undefined;
  const key = take(scanner, KEY)?.slice(0, -1).toLowerCase();
  const quoted = takeQuoted(scanner);
  if (key !== undefined) {
    const value = quoted ?? take(scanner, TOKEN) ?? '';
    if (value.trim() === '') throw emptyFilter(key);
    return filterClause(key, value, isNegated);
  }
  if (quoted !== undefined) {
    const isPrefix = take(scanner, /\*/y) !== undefined;
    return wordsClause(quoted, {isNegated, isPrefix, shown: scanner.text.slice(start, scanner.at)});
  }
  const token = take(scanner, TOKEN) ?? '';
  const isPrefix = token.endsWith('*');
  const word = isPrefix ? token.slice(0, -1) : token;
  const unknown = unknownFilterIn(token);
  if (word.includes('*') && hasWord(word)) throw misplacedStar(token, unknown);
  if (unknown) scanner.unknownFilters.set(unknown.name, unknown);
  return wordsClause(word, {isNegated, isPrefix, shown: scanner.text.slice(start, scanner.at)});
}

/** The text between quotes; undefined if no quote begins here. */
function takeQuoted(scanner: Scanner): string | undefined {
  if (scanner.text[scanner.at] !== '"') return undefined;
  const end = scanner.text.indexOf('"', scanner.at + 1);
  if (end < 0) {
    throw new CtrError('QUERY', `the quote is not closed: ${shorten(scanner.text.slice(scanner.at))}`, {
      hint: 'Add a closing ", or remove the opening one.',
    });
  }
  const quoted = scanner.text.slice(scanner.at + 1, end);
  scanner.at = end + 1;
  return quoted;
}

function wordsClause(
  text: string,
  {isNegated, isPrefix, shown}: {isNegated: boolean; isPrefix: boolean; shown: string},
): Clause {
  if (!hasWord(text)) {
    throw new CtrError('QUERY', `there is no letter or digit in ${shorten(shown)}`, {
      hint: 'Punctuation is not indexed: search for the words around it.',
    });
  }
  if (isPrefix && !ENDS_IN_WORD.test(text)) throw misplacedStar(shown);
  return {type: 'words', isNegated, text, isPrefix};
}

const ENDS_IN_WORD = /[\p{L}\p{N}\p{M}\p{Co}]$/u;

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}\p{Co}]/u.test(text);
}

function filterClause(key: string, value: string, isNegated: boolean): Clause {
  switch (key) {
    case 'path':
      return {type: 'path', isNegated, pattern: parsePattern(value)};
    case 'ext':
      return {type: 'ext', isNegated, extension: parseExtension(value)};
    case 'lang':
      return {type: 'lang', isNegated, language: parseLanguage(value)};
    case 'type':
      return {type: 'kind', isNegated, kind: parseKind(value)};
    default:
      assert.fail(`no filter ${key}`);
  }
}

function parsePattern(value: string): string {
  if (value.length > PATH_PATTERN_MAX_CHARS) {
    throw new CtrError('QUERY', `a path pattern is longer than ${PATH_PATTERN_MAX_CHARS} characters`, {
      hint: 'A part of the path is enough: path:docs/guide.',
    });
  }
  return value;
}

function parseExtension(value: string): string {
  const extension = value.trim().replace(/^\./, '').toLowerCase();
  if (extension === '') throw emptyFilter('ext');
  if (/[./*?]/.test(extension)) {
    throw new CtrError('QUERY', `not an extension: ${shorten(value)}`, {
      hint: `An extension is what follows the last dot of a name: ext:gz. For more use path:*.${shorten(extension)}.`,
    });
  }
  return extension;
}

function parseLanguage(value: string): string {
  const language = languageNamed(value);
  if (language !== undefined) return language;
  const near = languagesNear(value);
  const hint =
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Use a name as GitHub shows it, or ext:.';
  throw new CtrError('QUERY', `unknown language: ${shorten(value)}`, {hint, data: {near}});
}

function parseKind(value: string): EntryKind {
  const wanted = value.trim().toLowerCase();
  const kind = ENTRY_KINDS.find((known) => known === wanted);
  if (kind !== undefined) return kind;
  throw new CtrError('QUERY', `unknown type: ${shorten(value)}`, {
    hint: `Types are ${ENTRY_KINDS.join(', ')}.`,
  });
}

function emptyFilter(key: string): CtrError {
  return new CtrError('QUERY', `${key}: has no value`, {
    hint: `Write the value right behind the colon. To search for the word itself, put it in quotes: "${key}".`,
  });
}

function misplacedStar(shown: string, unknown?: UnknownFilter): CtrError {
  const filters = unknown && `${unknown.name}: is no filter. ${filtersListed()}`;
  return new CtrError('QUERY', `a * stands only at the end of a word: ${shorten(shown)}`, {
    hint:
      filters ??
      'Words can be searched by their beginning: inter*. In quotes a * means nothing. Globs are for path:.',
  });
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}...` : text;
}
