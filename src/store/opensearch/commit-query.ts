import type {Expression} from '../../domain/query/query.ts';
import {partsOf} from '../../domain/words.ts';
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
  const texts = filter.expression && mayMatch(filter.expression);
  return {bool: {filter: texts ? [...clauses, texts] : clauses}};
}

/** A condition that holds for every commit for which the expression does, and more. Undefined: any commit may match. */
function mayMatch(expression: Expression): QueryClause | undefined {
  switch (expression.type) {
    case 'all': {
      const filter = conditionsOf(expression.of);
      return filter.length === 0 ? undefined : {bool: {filter}};
    }
    case 'any': {
      const parts = conditionsOf(expression.of);
      return parts.length < expression.of.length ? undefined : anyOf(parts);
    }
    case 'author':
      return authorClause(expression.text);
    case 'message':
      return messageClause(expression.text.match(/[a-z0-9]+/gi) ?? []);
    case 'words':
      return messageClause(partsOf(expression.text).filter((part) => /^[a-z0-9]+$/.test(part)));
    default:
      return undefined;
  }
}

function conditionsOf(parts: readonly Expression[]): QueryClause[] {
  return parts.map(mayMatch).filter((condition) => condition !== undefined);
}

/** Each part without brackets of `name <email>` lies in one of the two. */
function authorClause(author: string): QueryClause | undefined {
  const part = longest(author.split(/[<>]/).map((text) => text.trim()));
  if (part === '') return undefined;
  const fields = ['author.name', 'author.email'];
  return anyOf([
    ...fields.map((field) => ({wildcard: {[field]: {value: partPattern(part), case_insensitive: true}}})),
    // Too long to be a term.
    ...fields.map((field) => ({bool: {must_not: [{exists: {field}}]}})),
  ]);
}

/** Letters and digits of ASCII in a row are in one term of the index, except in a word that the tokenizer has cut. */
function messageClause(parts: readonly string[]): QueryClause | undefined {
  const part = longest(parts);
  if (part === '') return undefined;
  return anyOf([
    {wildcard: {message: {value: partPattern(part.toLowerCase())}}},
    {regexp: {message: {value: `.{${CUT_MIN_CHARS},}`}}},
  ]);
}

function anyOf(should: QueryClause[]): QueryClause {
  return {bool: {should, minimum_should_match: 1}};
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
