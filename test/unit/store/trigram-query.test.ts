import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {regexTrigrams} from '../../../src/domain/query/regex-trigrams.ts';
import {ANYTHING, type TrigramQuery, trigramsOf} from '../../../src/domain/query/trigrams.ts';
import {boundTrigrams, toTrigramQuery} from '../../../src/store/opensearch/trigram-query.ts';

const CASES: readonly [title: string, wanted: TrigramQuery, max: number, expected: TrigramQuery][] = [
  ['what fits stays', {all: ['abc', {any: ['def', 'ghi']}]}, 3, {all: ['abc', {any: ['def', 'ghi']}]}],
  ['of what all texts hold, the first', {all: ['abc', 'bcd', 'cde']}, 2, {all: ['abc', 'bcd']}],
  ['one of them alone', {all: ['abc', 'bcd']}, 1, 'abc'],
  [
    'all alternatives, with fewer trigrams each',
    {any: [{all: ['abc', 'bcd']}, 'xyz']},
    2,
    {any: ['abc', 'xyz']},
  ],
  ['nothing where an alternative is left without', {any: ['abc', 'def', 'ghi']}, 2, ANYTHING],
  ['what is left within others', {all: [{any: ['abc', 'def', 'ghi']}, 'xyz']}, 2, 'xyz'],
  ['no trigram at all', 'abc', 0, ANYTHING],
];

void describe('trigrams within a limit', () => {
  for (const [title, wanted, max, expected] of CASES)
    test(title, () => assert.deepEqual(boundTrigrams(wanted, max), expected));

  test('patterns of 1,024 characters stay below the limit of the engine', () => {
    const words = Array.from({length: 170}, (_, at) => `w${at}abc`);
    for (const wanted of [
      regexTrigrams(words.join('|')),
      regexTrigrams(words.join('.')),
      trigramsOf(words.join('')),
    ]) {
      const query = JSON.stringify(toTrigramQuery(wanted, {trigramsMax: 300}));
      assert.ok(query.split('content.trigrams').length <= 301);
    }
  });
});
