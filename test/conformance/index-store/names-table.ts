import assert from 'node:assert/strict';
import {parseQuery} from '../../../src/domain/query/parse-query.ts';
import type {WordsClause} from '../../../src/domain/query/query.ts';
import {makeEntry} from './records.ts';

/** Entries whose names are searched; the contents have none of the words. */
export const NAMED_ENTRIES = [
  makeEntry(0, 'README.md', {content: 'x'}),
  makeEntry(1, 'src/retry/RetryPolicy.ts', {content: 'x', headings: ['RetryPolicy', 'nextDelay']}),
  makeEntry(2, 'src/retry/backoff.ts', {content: 'x', headings: ['Backoff', 'retry']}),
  makeEntry(3, 'docs/errors.md', {
    content: 'x',
    title: 'Retry and fail',
    headings: ['Retry and fail', 'HTTPServer'],
  }),
  makeEntry(4, 'img/Cafe\u0301-v2.png'),
  makeEntry(5, 'docs/ガイド.md', {content: 'x', title: '東京ガイド'}),
  makeEntry(6, 'a/first.md', {content: 'x', headings: ['one end', 'begin two']}),
];

/** Queries, and the numbers of the entries that they find, best first. */
export const NAMES_TABLE: readonly [query: string, seqs: number[]][] = [
  ['readme', [0]],
  ['README.md', [0]],
  ['retrypolicy', [1]],
  ['RetryPolicy', [1]],
  ['policy', [1]],
  ['retry', [1, 3, 2]],
  ['"src retry"', [2, 1]],
  ['"retry backoff"', [2]],
  ['delay', [1]],
  ['server', [3]],
  ['café', [4]],
  ['v2', [4]],
  ['png', [4]],
  ['ｶﾞｲﾄﾞ', [5]],
  ['東京', [5]],
  ['backo*', [2]],
  ['"end begin"', []],
  ['absent', []],
];

export function wordsClauseOf(query: string): WordsClause {
  const {expression} = parseQuery(query);
  assert(expression.type === 'words');
  return expression;
}
