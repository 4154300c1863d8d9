import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {chooseAmong} from '../../../../src/sync/repair/choose-seqs.ts';

describe('the number of a document that is made again', () => {
  const cases: [
    name: string,
    stored: Record<string, number>,
    doubts: {identified?: Record<string, number>; shared?: number[]},
    chosen: Record<string, number>,
  ][] = [
    ['is the stored one', {a: 1, b: 2}, {}, {a: 1, b: 2}],
    ['is none where nothing is stored', {b: 2}, {}, {b: 2}],
    ['is the one that bitmaps show', {a: 9}, {identified: {a: 1}}, {a: 1}],
    ['is the one that bitmaps show, where the document is lost', {}, {identified: {a: 1}}, {a: 1}],
    ['is none where several documents have it', {a: 1, b: 1}, {shared: [1]}, {}],
    ['is that of the one for which bitmaps show it', {a: 1, b: 1}, {identified: {a: 1}, shared: [1]}, {a: 1}],
    ['is none where it was never given', {a: 100, b: 99}, {}, {b: 99}],
    ['is none where bitmaps show it for another', {b: 1}, {identified: {a: 1}}, {a: 1}],
  ];
  for (const [name, stored, {identified = {}, shared = []}, chosen] of cases)
    it(name, () => {
      const doubts = {identified: new Map(Object.entries(identified)), shared: new Set(shared), end: 100};
      const found = chooseAmong(new Map(Object.entries(stored)), ['a', 'b'], doubts);
      assert.deepEqual(Object.fromEntries(found), chosen);
    });
});
