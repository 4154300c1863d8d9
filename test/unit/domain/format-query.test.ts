import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import fc from 'fast-check';
import {formatQuery} from '../../../src/domain/format-query.ts';
import {parseQuery} from '../../../src/domain/parse-query.ts';
import {CtrError} from '../../../src/util/ctr-error.ts';

const CASES: readonly [text: string, formatted: string][] = [
  ['Words  in   Any case', 'Words in Any case'],
  ['"in a row"* -"not this"', '"in a row"* -"not this"'],
  ['"path:x"', '"path:x"'],
  ['--force', '"--force"'],
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
        fc.pre(query !== undefined && !JSON.stringify(query.clauses).includes('\\"'));
        assert.deepEqual(parseQuery(formatQuery(query!)).clauses, query!.clauses);
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
