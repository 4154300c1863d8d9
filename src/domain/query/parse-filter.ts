import {CtrError} from '../../util/ctr-error.ts';
import {ENTRY_KINDS, type EntryKind} from '../entry.ts';
import {languageNamed, languagesNear} from '../languages.ts';
import {PATH_PATTERN_MAX_CHARS} from '../path-pattern.ts';
import type {Filter} from './filters.ts';
import type {Expression, SizeClause} from './query.ts';

/** A filter as it was read. */
export interface FilterText {
  readonly filter: Filter;
  readonly value: string;
  /** Braces are literal. */
  readonly isQuoted: boolean;
  /** Of the filter in the query, from 1. */
  readonly position: number;
}

const BRACES = /\{([^{}]*,[^{}]*)\}/;
const PATTERNS_MAX = 16;

/**
 * The condition on a file that a filter means; undefined for a filter that is about something else.
 * @throws QUERY for a value that cannot be meant.
 */
export function fileCondition(text: FilterText): Expression | undefined {
  const {filter, value} = text;
  switch (filter) {
    case 'path':
      return anyOf(patternsOf(text).map((pattern) => ({type: 'path', pattern})));
    case 'name':
      if (value.includes('/'))
        throw refusal(text, 'a name holds no slash', `For a part of the path: path:${value}`);
      return anyOf(patternsOf(text).map((pattern) => ({type: 'name', pattern})));
    case 'ext':
      return anyOf(valuesOf(text).map((one) => ({type: 'ext', extension: parseExtension(text, one)})));
    case 'lang':
      return anyOf(valuesOf(text).map((one) => ({type: 'lang', language: parseLanguage(text, one)})));
    case 'type':
      return {type: 'kind', kind: parseKind(text)};
    case 'is':
      return parseIs(text);
    case 'size':
      return parseSize(text);
    default:
      return undefined;
  }
}

function anyOf(parts: readonly Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : {type: 'any', of: parts};
}

/** Each way to read `{a,b}`. */
function patternsOf(text: FilterText): string[] {
  const {value, isQuoted} = text;
  let patterns = [value];
  while (!isQuoted && patterns.some((pattern) => BRACES.test(pattern))) {
    patterns = patterns.flatMap((pattern) => {
      const match = BRACES.exec(pattern);
      if (!match) return [pattern];
      const [braces, inner = ''] = match;
      const rest = pattern.slice(match.index + braces.length);
      return inner.split(',').map((part) => pattern.slice(0, match.index) + part + rest);
    });
    if (patterns.length > PATTERNS_MAX)
      throw refusal(
        text,
        `the braces mean more than ${PATTERNS_MAX} patterns`,
        'A star means more than braces.',
      );
  }
  for (const pattern of patterns) {
    if (pattern.length > PATH_PATTERN_MAX_CHARS)
      throw refusal(
        text,
        `a path pattern is longer than ${PATH_PATTERN_MAX_CHARS} characters`,
        'A part of the path is enough: path:docs/guide.',
      );
  }
  return [...new Set(patterns)];
}

function valuesOf({value, isQuoted}: FilterText): string[] {
  if (isQuoted) return [value];
  const values = value.split(',').filter((one) => one !== '');
  return values.length === 0 ? [''] : values;
}

function parseExtension(text: FilterText, value: string): string {
  const extension = value.trim().replace(/^\./, '').toLowerCase();
  if (extension === '')
    throw refusal(text, 'ext: has no value', 'An extension is what follows the last dot: ext:md');
  if (/[./*?]/.test(extension)) {
    const name = shorten(extension);
    throw refusal(
      text,
      `not an extension: ${shorten(value)}`,
      `An extension is what follows the last dot of a name: ext:gz. For more use path:*.${name}.`,
    );
  }
  return extension;
}

function parseLanguage(text: FilterText, value: string): string {
  const language = languageNamed(value);
  if (language !== undefined) return language;
  const near = languagesNear(value);
  const hint =
    near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Use a name as GitHub shows it, or ext:.';
  throw refusal(text, `unknown language: ${shorten(value)}`, hint, {near});
}

function kindOf(value: string): EntryKind | undefined {
  const wanted = value.trim().toLowerCase();
  return ENTRY_KINDS.find((known) => known === wanted);
}

function parseKind(text: FilterText): EntryKind {
  const kind = kindOf(text.value);
  if (kind !== undefined) return kind;
  throw refusal(text, `unknown type: ${shorten(text.value)}`, `Types are ${ENTRY_KINDS.join(', ')}.`);
}

function parseIs(text: FilterText): Expression {
  const kind = kindOf(text.value);
  if (kind !== undefined) return {type: 'kind', kind};
  const wanted = text.value.trim().toLowerCase();
  if (wanted === 'empty') return {type: 'size', min: 0, max: 0};
  if (wanted === 'unsearchable') return {type: 'unsearchable'};
  throw refusal(
    text,
    `is: knows no ${shorten(text.value)}`,
    `It is one of ${[...ENTRY_KINDS, 'empty', 'unsearchable'].join(', ')}.`,
  );
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gib: 1024 ** 3,
};

function parseSize(text: FilterText): SizeClause {
  const range = /^(.+)\.\.(.+)$/.exec(text.value);
  if (range) return sizeBetween(text, bytesOf(text, range[1]!), bytesOf(text, range[2]!));
  const [, operator = '', number = ''] = /^(>=|<=|>|<|=)?(.*)$/s.exec(text.value)!;
  const bytes = bytesOf(text, number);
  switch (operator) {
    case '>':
      return {type: 'size', min: bytes + 1};
    case '>=':
      return {type: 'size', min: bytes};
    case '<':
      return sizeBetween(text, 0, bytes - 1);
    case '<=':
      return {type: 'size', min: 0, max: bytes};
    default:
      return {type: 'size', min: bytes, max: bytes};
  }
}

function sizeBetween(text: FilterText, min: number, max: number): SizeClause {
  if (min > max)
    throw refusal(text, `no size is in ${text.value}`, 'A range begins with the smaller size: 1kb..1mb');
  return {type: 'size', min, max};
}

function bytesOf(text: FilterText, written: string): number {
  const match = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]{0,3})\s*$/i.exec(written);
  const unit = match && UNITS[match[2]!.toLowerCase()];
  if (match && unit) return Math.round(Number(match[1]) * unit);
  throw refusal(
    text,
    `not a size: ${shorten(text.value)}`,
    'Sizes are numbers with b, kb, mb, gb, or kib, mib, gib: size:>1mb',
  );
}

export function refusal(
  {position}: Pick<FilterText, 'position'>,
  message: string,
  hint: string,
  data: Record<string, unknown> = {},
): CtrError {
  return new CtrError('QUERY', `${message}, at character ${position}`, {hint, data: {position, ...data}});
}

export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60).toWellFormed()}...` : text;
}
