import type {CommitFilter} from '../ports/commits.ts';
import {bitmapFilter, type QueryClause} from './bitmap-filter.ts';
import {pathTerm} from './entry-documents.ts';

/** So much of a text is enough to tell it from others. */
const PART_MAX_CHARS = 100;
/** The tokenizer cuts words at 255 UTF-16 units. Lucene: StandardTokenizer, max_token_length. */
const CUT_MIN_CHARS = 120;

/** Commits of a listing. Those of the wanted texts are among the hits, others too: `commitTest` decides. */
export function toLogQuery(filter: CommitFilter): QueryClause {
  const clauses = [bitmapFilter(filter.history)];
  if (filter.path) {
    const term = pathTerm(filter.path);
    clauses.push(anyOf([{term: {paths: term}}, {term: {dirs: term}}]));
  }
  if (filter.sinceSeconds !== undefined)
    clauses.push({range: {'committer.timeSeconds': {gte: filter.sinceSeconds}}});
  if (filter.untilSeconds !== undefined)
    clauses.push({range: {'committer.timeSeconds': {lte: filter.untilSeconds}}});
  return {bool: {filter: [...clauses, ...authorClauses(filter), ...messageClauses(filter)]}};
}

/** Each part without brackets of `name <email>` lies in one of the two. */
function authorClauses({author = ''}: CommitFilter): QueryClause[] {
  const part = longest(author.split(/[<>]/).map((text) => text.trim()));
  if (part === '') return [];
  const fields = ['author.name', 'author.email'];
  return [
    anyOf([
      ...fields.map((field) => ({wildcard: {[field]: {value: partPattern(part), case_insensitive: true}}})),
      // Too long to be a term.
      ...fields.map((field) => ({bool: {must_not: [{exists: {field}}]}})),
    ]),
  ];
}

/** Letters and digits of ASCII in a row are in one term of the index, except in a word that the tokenizer has cut. */
function messageClauses({message = ''}: CommitFilter): QueryClause[] {
  const part = longest(message.match(/[a-z0-9]+/gi) ?? []);
  if (part === '') return [];
  return [
    anyOf([
      {wildcard: {message: {value: partPattern(part.toLowerCase())}}},
      {regexp: {message: {value: `.{${CUT_MIN_CHARS},}`}}},
    ]),
  ];
}

function anyOf(should: QueryClause[]): QueryClause {
  return {bool: {should}};
}

function longest(texts: readonly string[]): string {
  return texts.reduce((long, text) => (text.length > long.length ? text : long), '');
}

/**
 * Finds the part in a term. OpenSearch ignores the case of ASCII only, and `foldCase` makes a k of the Kelvin sign and
 * an s of ſ: such a letter may be any character.
 */
function partPattern(part: string): string {
  const characters = Array.from(part).slice(0, PART_MAX_CHARS);
  return `*${characters.map(characterPattern).join('')}*`;
}

function characterPattern(character: string): string {
  if (/[a-jl-rt-z]/i.test(character)) return character;
  const hasCase = character.toLowerCase() !== character.toUpperCase();
  return hasCase ? '?' : character.replace(/[*?\\]/, '\\$&');
}
