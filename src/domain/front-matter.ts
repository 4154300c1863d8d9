import {CORE_SCHEMA, load} from 'js-yaml';
import {parse as parseToml, TomlDate} from 'smol-toml';
import {cutText} from './cut-text.ts';

/** One value of a document's front matter. */
export interface FrontMatterField {
  /** Keys from the outside in, joined by dots: `author.name`. At most 256 characters. */
  key: string;
  type: 'string' | 'number' | 'boolean' | 'date' | 'null';
  /**
   * At most 8191 characters. A number as JavaScript writes it, a date in ISO 8601 (a day as 2026-01-31, a time
   * with an offset in UTC), null empty.
   */
  value: string;
}

/** The position of a document's front matter. */
export interface FrontMatterBlock {
  readonly format: 'yaml' | 'toml';
  /** Without the lines that open and close it. */
  readonly text: string;
  /** Offset of the document after the block. */
  readonly end: number;
}

const BLOCK_MAX_CHARS = 64 * 1024;
const FIELDS_MAX = 256;
const KEY_MAX_CHARS = 256;
/** Lucene's limit for a term is 32,766 bytes: four for each of these at worst. */
const VALUE_MAX_CHARS = 8191;
/** Visited nodes, so that a block of empty lists costs no more than one of values. */
const NODES_MAX = 10_000;

/**
 * The front matter that the content begins with: between two lines `---` (YAML; `...` may close it) or `+++`
 * (TOML), at most 64 KB. Undefined if there is none; `---js` and the like do not count.
 */
export function findFrontMatter(content: string): FrontMatterBlock | undefined {
  const opening = /^\ufeff?(---|\+\+\+)[ \t]*\r?\n/.exec(content);
  if (opening === null) return undefined;
  const start = opening[0].length;
  const format = opening[1] === '---' ? 'yaml' : 'toml';
  const closing = format === 'yaml' ? /^(?:---|\.\.\.)[ \t]*\r?$/m : /^\+\+\+[ \t]*\r?$/m;
  const rest = content.slice(start, start + BLOCK_MAX_CHARS);
  const match = closing.exec(rest);
  if (match === null) return undefined;
  const lineFeed = content.indexOf('\n', start + match.index);
  return {format, text: rest.slice(0, match.index), end: lineFeed < 0 ? content.length : lineFeed + 1};
}

/**
 * The front matter of a document as a flat list, in the document's order, at most 256 fields. A list becomes
 * one field for each item, all under the list's key. A block that cannot be parsed (or uses YAML aliases) has no fields.
 * Fields with too long keys are omitted, too long values are cut.
 */
export function readFrontMatter(content: string): {fields: FrontMatterField[]; title?: string} {
  const block = findFrontMatter(content);
  if (block === undefined) return {fields: []};
  const fields = flatten(parseBlock(block));
  const title = frontMatterTitle(fields);
  return title === undefined ? {fields} : {fields, title};
}

/** The first `title` (in any case) that is not empty. */
export function frontMatterTitle(fields: readonly FrontMatterField[]): string | undefined {
  const isTitle = ({key, value}: FrontMatterField): boolean =>
    key.toLowerCase() === 'title' && value.trim() !== '';
  return fields.find(isTitle)?.value.trim();
}

function parseBlock({format, text}: FrontMatterBlock): unknown {
  if (text.trim() === '') return undefined;
  try {
    // Aliases can expand a small block to a huge document.
    if (format === 'yaml') return load(text, {schema: CORE_SCHEMA, maxAliases: 0});
    return parseToml(text, {integersAsBigInt: 'asNeeded', maxDepth: 100});
  } catch {
    return undefined; // Pushed text is often not what it looks like; a rule between paragraphs is `---` too.
  }
}

/** The scalars of a parsed block, each under the keys that lead to it. */
function flatten(document: unknown): FrontMatterField[] {
  const fields: FrontMatterField[] = [];
  let nodesLeft = NODES_MAX;
  const visit = (value: unknown, key: string): void => {
    if (fields.length === FIELDS_MAX || nodesLeft-- <= 0 || key.length > KEY_MAX_CHARS) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, key);
    } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      for (const [name, item] of Object.entries(value)) visit(item, key === '' ? name : `${key}.${name}`);
    } else if (key !== '') {
      const typed = typedValue(value);
      if (typed !== undefined) fields.push({key: key.toWellFormed(), ...typed});
    }
  };
  visit(document, '');
  return fields;
}

function typedValue(value: unknown): Omit<FrontMatterField, 'key'> | undefined {
  if (value === null) return {type: 'null', value: ''};
  if (typeof value === 'string') return textValue(value);
  if (typeof value === 'boolean') return {type: 'boolean', value: String(value)};
  if (typeof value === 'bigint') return {type: 'number', value: String(value)};
  // An index cannot sort NaN and the infinities.
  if (typeof value === 'number')
    return {type: Number.isFinite(value) ? 'number' : 'string', value: String(value)};
  // TOML's own; a time without a date stays a string.
  return value instanceof TomlDate ? textValue(value.toISOString()) : undefined;
}

/** The core schema of YAML has no dates, so they are recognised by their form. */
const DATE =
  /^(\d{4}-\d\d-\d\d)(?:[Tt ]\s{0,3}(\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\s{0,3}(Z|z|[+-]\d\d(?::?\d\d)?)?)?$/;

function textValue(text: string): Omit<FrontMatterField, 'key'> {
  const date = text.length <= 48 ? parseDate(text) : undefined;
  if (date !== undefined) return {type: 'date', value: date};
  return {type: 'string', value: cutText(text.toWellFormed(), VALUE_MAX_CHARS)};
}

function parseDate(text: string): string | undefined {
  const [, day, time, zone] = DATE.exec(text.trim()) ?? [];
  if (day === undefined || !isValidDay(day)) return undefined;
  if (time === undefined) return day;
  const offset = zone?.replace(/^([+-]\d\d)(\d\d)?$/, (_, hours, minutes) => `${hours}:${minutes ?? '00'}`);
  const instant = new Date(`${day}T${time}${offset?.toUpperCase() ?? 'Z'}`);
  if (Number.isNaN(instant.getTime())) return undefined;
  return zone === undefined ? `${day}T${time}` : instant.toISOString();
}

/** JavaScript takes February 30 for March 1 or 2. */
function isValidDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
