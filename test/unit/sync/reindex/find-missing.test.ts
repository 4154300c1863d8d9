import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {serializeBitmap} from '../../../../src/domain/bitmap.ts';
import type {RefRecord} from '../../../../src/domain/ref.ts';
import {findMissing} from '../../../../src/sync/reindex/find-missing.ts';
import {makeEntry, makeRef, oidOf} from '../../../conformance/index-store/records.ts';
import {type Content, openGenerations} from './open-generations.ts';

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
