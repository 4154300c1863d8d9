import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {findOtherNumbers, hasOwnObjects} from '../../../../src/sync/reindex/kept-numbers.ts';
import {makeEntry, oidOf} from '../../../conformance/index-store/records.ts';
import {openGenerations} from './open-generations.ts';

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
