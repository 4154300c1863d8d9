import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {serializeBitmap} from '../../../../src/domain/bitmap.ts';
import type {RefRecord} from '../../../../src/domain/ref.ts';
import {
  findMissing,
  findOtherNumbers,
  hasOwnObjects,
} from '../../../../src/sync/reindex/compare-generations.ts';
import {makeEntry, makeRef, oidOf} from '../../../conformance/index-store/records.ts';
import {type Content, openGenerations} from './open-generations.ts';

const [OID_A, OID_B] = [oidOf('a'), oidOf('b')];
const entry = (seq: number, oid = OID_A, objectKey?: string) => makeEntry(seq, 'a.txt', {oid, objectKey});

describe('findOtherNumbers', () => {
  const cases: [name: string, given: Parameters<typeof openGenerations>[0], expected: RegExp | undefined][] =
    [
      [
        'the same content',
        {
          current: {entries: [entry(1)], commits: [[1, 'x']]},
          next: {entries: [entry(1)], commits: [[1, 'x']]},
        },
        undefined,
      ],
      [
        'what only the current one has',
        {current: {entries: [entry(1)], commits: [[1, 'x']]}, next: {}},
        undefined,
      ],
      [
        'what only the next one has',
        {current: {}, next: {entries: [entry(1)], commits: [[1, 'x']]}},
        undefined,
      ],
      [
        'a commit that came back',
        {current: {commits: [[2, 'x']]}, next: {commits: [[1, 'x']]}},
        /commit has another number/,
      ],
      [
        'a file that came back',
        {current: {entries: [entry(2)]}, next: {entries: [entry(1)]}},
        /file has another number/,
      ],
      [
        'an object that only the next one needs, and that is there',
        {current: {}, next: {entries: [entry(1, OID_B, 'key')]}, objects: ['key']},
        undefined,
      ],
      [
        'an object that only the next one needs, and that is gone',
        {current: {}, next: {entries: [entry(1, OID_B, 'key')]}},
        /lost its bytes/,
      ],
    ];
  for (const [name, given, expected] of cases) {
    test(`${name}: ${expected ? 'differs' : 'is right'}`, async () => {
      await using opened = await openGenerations(given);
      const found = await findOtherNumbers(opened.generations);
      if (expected) assert.match(found ?? '', expected);
      else assert.equal(found, undefined);
    });
  }
});

describe('hasOwnObjects', () => {
  for (const [name, current, objects, expected] of [
    ['an object that both name is not looked at', entry(1, OID_A, 'key'), [], true],
    ['one that only the next one names must be there', entry(1), ['key'], true],
    ['and is missed where it is not', entry(1), [], false],
  ] as const) {
    test(name, async () => {
      const next = {entries: [entry(1, OID_A, 'key')]};
      await using opened = await openGenerations({
        current: {entries: [current]},
        next,
        objects: [...objects],
      });
      assert.equal(await hasOwnObjects(opened.generations), expected);
    });
  }
});

describe('findMissing', () => {
  const ref = (given: Partial<RefRecord> = {}) =>
    makeRef('refs/heads/a', {history: serializeBitmap([1]), snapshot: serializeBitmap([5]), ...given});
  const whole: Content = {refs: [ref()], entries: [makeEntry(5, 'a.txt')], commits: [[1, 'x']]};
  const cases: [name: string, next: Content, expected: string | undefined][] = [
    ['nothing, where all is there', whole, undefined],
    ['a ref', {...whole, refs: []}, 'refs/heads/a is not as it was'],
    ['a ref at its commit', {...whole, refs: [ref({commit: oidOf('b')})]}, 'refs/heads/a is not as it was'],
    [
      'a ref in its state',
      {...whole, refs: [ref({state: 'skipped', commit: undefined})]},
      'refs/heads/a is not as it was',
    ],
    [
      'no ref, but one is too many',
      {...whole, refs: [ref(), makeRef('refs/heads/b')]},
      'there are more refs than before',
    ],
    ['a commit that a ref reaches', {...whole, commits: []}, '1 commits are missing'],
    ['a file that a ref shows', {...whole, entries: []}, '1 files are missing'],
  ];
  for (const [name, next, expected] of cases) {
    test(`the next generation lacks ${name}`, async () => {
      await using opened = await openGenerations({current: whole, next});
      assert.equal(await findMissing(opened.generations), expected);
    });
  }
});
