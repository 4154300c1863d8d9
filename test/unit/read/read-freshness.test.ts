import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {freshnessOf} from '../../../src/read/read-freshness.ts';

const AT = '2026-01-01T00:01:00.000Z';
const MINUTE_BEFORE = Date.parse(AT) / 1000 - 60;

const CASES: readonly [name: string, indexedAt: string | undefined, seconds: number, lag: number | null][] = [
  ['a minute', AT, MINUTE_BEFORE, 60],
  ['a commit from the future is not ahead of its index', AT, MINUTE_BEFORE + 3600, 0],
  ['by oid nothing is known', undefined, MINUTE_BEFORE, null],
  ['a year that no date can say', AT, 1e15, 0],
];

describe('freshnessOf', () => {
  for (const [name, indexedAt, seconds, lag] of CASES) {
    test(name, () => {
      const {lagSeconds, committedAt} = freshnessOf({commit: 'c', indexedAt}, seconds);
      assert.equal(lagSeconds, lag);
      assert.equal(Date.parse(committedAt), Math.min(seconds * 1000, 8.64e15));
    });
  }
});
