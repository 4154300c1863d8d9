import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import fc from 'fast-check';
import {formatQuery} from '../../../../src/domain/query/format-query.ts';
import {parseQuery} from '../../../../src/domain/query/parse-query.ts';
import {CtrError} from '../../../../src/util/ctr-error.ts';

const CASES: readonly [text: string, formatted: string][] = [
  ['Words  in   Any case', 'Words in Any case'],
  ['"in a row"* -"not this"', '"in a row"* -"not this"'],
  ['"path:x"', '"path:x"'],
  ['--force', '"--force"'],
  ['a OR b c', 'a OR (b c)'],
  ['(a OR b) c ext:md,go', '(a OR b) c (ext:md OR ext:go)'],
  ['-(a b) NOT "c"', '-(a b) -"c"'],
  ['"OR" -"m"', '"OR" -"m"'],
  ['sub:"=> {" sub:\'say "hi"\' /a.b/ case:yes', 'sub:"=> {" sub:\'say "hi"\' /a.b/ case:yes'],
  ['a OR b rev:v1 -repo:x* sort:path', '(a OR b) rev:v1 -repo:"x*" sort:path'],
  ['size:>1kb size:<=2kb is:empty', 'size:>=1001 size:0..2000 size:0..0'],
  ['PATH:docs -path:"my docs/*.md"', 'path:docs -path:"my docs/*.md"'],
  ['ext:.TS lang:typescript type:text', 'ext:ts lang:TypeScript type:text'],
  ['path:a"b', 'path:"a?b"'],
];

describe('formatQuery', () => {
  for (const [text, formatted] of CASES)
    test(text, () => assert.equal(formatQuery(parseQuery(text)), formatted));

  test('is read as the same clauses', () => {
    const part = fc.oneof(
      fc.string({maxLength: 8, unit: 'grapheme'}),
      fc.constantFrom(
        '-',
        '"',
        '*',
        'path:',
        'ext:md',
        'lang:go',
        'type:lfs',
        'OR',
        'NOT',
        '(',
        ')',
        'sub:x',
        '/a.b/',
        'case:yes',
        'size:>1kb',
        'rev:v1',
        'path:*.{a,b}',
        'is:empty',
        ' ',
        'word',
        '--x',
        'a_b-c',
        '中文',
      ),
    );
    const texts = fc.array(part, {minLength: 1, maxLength: 8}).map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const query = readOrUndefined(text);
        // There is no way to write a quote within a clause.
        fc.pre(query !== undefined && !JSON.stringify([query.expression, query.scope]).includes('\\"'));
        const read = parseQuery(formatQuery(query!));
        assert.deepEqual(
          [read.expression, read.scope, read.sort],
          [query!.expression, query!.scope, query!.sort],
          formatQuery(query!),
        );
      }),
      {numRuns: 500},
    );
  });
});

function readOrUndefined(text: string) {
  try {
    return parseQuery(text);
  } catch (error) {
    if (error instanceof CtrError) return undefined;
    throw error;
  }
}
