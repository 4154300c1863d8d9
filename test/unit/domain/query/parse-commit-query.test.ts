import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import type {CommitQuery} from '../../../../src/domain/query/commit-query.ts';
import {parseAnyQuery, parseQuery} from '../../../../src/domain/query/parse-query.ts';
import type {Clause, Expression} from '../../../../src/domain/query/query.ts';
import {CtrError} from '../../../../src/util/ctr-error.ts';

const words = (text: string, {isPrefix = false} = {}): Clause => ({type: 'words', text, isPrefix});
const author = (text: string): Clause => ({type: 'author', text});
const message = (text: string): Clause => ({type: 'message', text});
const any = (...of: Expression[]): Expression => ({type: 'any', of});
const all = (...of: Expression[]): Expression => ({type: 'all', of});
const not = (of: Expression): Expression => ({type: 'not', of});

function parseCommits(text: string, options: Parameters<typeof parseAnyQuery>[1] = {}): CommitQuery {
  const parsed = parseAnyQuery(text, options);
  assert.ok('commits' in parsed, `${text} is about files`);
  return parsed.commits;
}

describe('parseAnyQuery', () => {
  const cases: [name: string, text: string, wanted: Partial<CommitQuery>][] = [
    ['an author', 'author:ada', {expression: all(author('ada'))}],
    ['an alias', 'by:"Ada Example"', {expression: all(author('Ada Example'))}],
    [
      'words of the message',
      'fix retry author:ada',
      {expression: all(words('fix'), words('retry'), author('ada'))},
    ],
    [
      'a phrase and a beginning',
      'type:commit "fix it" retr*',
      {expression: all(words('fix it'), words('retr', {isPrefix: true}))},
    ],
    [
      'several authors mean any of them',
      'author:ada author:bob',
      {expression: all(any(author('ada'), author('bob')))},
    ],
    [
      'several texts of the message mean all of them',
      'message:a msg:b',
      {expression: all(message('a'), message('b'))},
    ],
    [
      'negations and alternatives',
      '-author:bot (fix OR message:bug)',
      {expression: all(not(author('bot')), any(words('fix'), message('bug')))},
    ],
    ['every commit', 'type:commit', {}],
    ['every commit, in the plural', 'kind:Commits', {}],
    [
      'dates',
      'after:2026-01-31 before:2026-02-01',
      {
        after: {written: '2026-01-31', seconds: Date.UTC(2026, 0, 31) / 1000},
        before: {written: '2026-02-01', seconds: Date.UTC(2026, 1, 2) / 1000 - 1},
      },
    ],
    [
      'a relative date',
      'after:"2 days ago"',
      {
        after: {written: '2 days ago', seconds: Date.UTC(2026, 0, 29) / 1000},
      },
    ],
    ['a path', 'changed:docs/guide.md', {path: 'docs/guide.md'}],
    [
      'a text',
      'sub:"=> {" author:ada',
      {expression: all(author('ada')), changedText: {text: '=> {', isCaseSensitive: false}},
    ],
    [
      'a text as it stands',
      'type:commit sub:Retry case:yes',
      {changedText: {text: 'Retry', isCaseSensitive: true}},
    ],
    [
      'revisions',
      'only-in:next not-in:main author:ada',
      {
        expression: all(author('ada')),
        scope: {revisions: [], notIn: ['main'], repositories: [], onlyIn: 'next'},
      },
    ],
  ];
  const now = new Date('2026-01-31T00:00Z');
  for (const [name, text, wanted] of cases) {
    it(`knows ${name}`, () => {
      const scope = {revisions: [], notIn: [], repositories: []};
      assert.deepEqual(parseCommits(text, {now}), {
        scope,
        path: '',
        unknownFilters: [],
        notes: [],
        ...wanted,
      });
    });
  }

  it('takes words for those of messages where commits are asked for', () => {
    assert.deepEqual(parseCommits('fix', {isAboutCommits: true}).expression, all(words('fix')));
    assert.equal(parseCommits('', {isAboutCommits: true}).expression, undefined);
    assert.deepEqual(parseAnyQuery('fix ext:md'), {files: parseQuery('fix ext:md')});
  });

  const refused: [name: string, text: string, message: RegExp, hint?: RegExp][] = [
    [
      'a condition of files',
      'author:ada ext:md',
      /^ext: is about files, and author: is about commits, at character 12$/,
      /changed:/,
    ],
    [
      'a condition of files before',
      '-lang:go x before:2026-01-01',
      /^lang: is about files, and before: is about commits, at character 1$/,
    ],
    ['a regular expression', 'author:ada /x/', /^a regular expression is about files.* at character 12$/],
    [
      'an order',
      'type:commit sort:size',
      /^sort: is about files, and type: is about commits, at character 13$/,
    ],
    ['a kind of file', 'type:commit type:binary', /^type: is about files/],
    [
      'a date that is none',
      'after:2026-02-30',
      /^not a date: 2026-02-30, at character 1$/,
      /after:2026-01-31/,
    ],
    [
      'two dates',
      'x after:2026-01-01 after:2026-01-02',
      /^after: stands twice in the query, at character 20$/,
    ],
    ['two paths', 'changed:a changed:b', /^changed: stands twice/],
    ['a path in parentheses', '(x changed:a)', /^changed: cannot stand in parentheses, at character 4$/],
    ['a negated date', 'x -before:2026-01-01', /^before: cannot be negated, at character 3$/],
    ['two texts', 'type:commit sub:a sub:b', /sub: holds for the whole query.*at character 19/],
    ['a negated text', 'type:commit -sub:a', /sub: holds for the whole query.*at character 13/],
    ['one text or the other', 'type:commit (sub:a OR b)', /sub: holds for the whole query/],
    ['an empty author', 'author:""', /^author: has no value/],
  ];
  for (const [name, text, message, hint = /./] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseAnyQuery(text),
        (error) =>
          error instanceof CtrError &&
          error.code === 'QUERY' &&
          message.test(error.message) &&
          hint.test(error.hint!),
      );
    });
  }

  it('reads no relative date without a clock', () => {
    assert.throws(() => parseAnyQuery('after:yesterday'), {code: 'QUERY'});
  });
});
