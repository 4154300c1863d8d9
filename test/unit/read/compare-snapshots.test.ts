import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import type {EntrySummary} from '../../../src/domain/entry.ts';
import {pairEntries} from '../../../src/read/compare-snapshots.ts';

/** `path oid`, by commas. */
function entries(text: string): EntrySummary[] {
  return text
    .split(',')
    .filter(Boolean)
    .map((one) => {
      const [path, oid] = one.split(' ');
      return {path, oid} as EntrySummary;
    });
}

const CASES: readonly [name: string, gone: string, come: string, changes: readonly string[]][] = [
  ['nothing', '', '', []],
  ['a file that came', '', 'a 1', ['added a']],
  ['a file that went', 'a 1', '', ['deleted a']],
  ['another content', 'a 1', 'a 2', ['modified a']],
  ['the same bytes at another path', 'a 1', 'b 1', ['renamed b from a']],
  ['a copy is a new file', 'a 1', 'a 2,b 1', ['modified a', 'added b']],
  ['of two copies one is the old file', 'a 1', 'b 1,c 1', ['renamed b from a', 'added c']],
  ['two files that change places are modified', 'a 1,b 2', 'a 2,b 1', ['modified a', 'modified b']],
  [
    'sorted by the bytes of the path',
    'b 1',
    '\uff5e 2,\u{1f600} 3',
    ['deleted b', 'added \uff5e', 'added \u{1f600}'],
  ],
];

describe('pairEntries', () => {
  for (const [name, gone, come, changes] of CASES) {
    test(name, () => {
      const shown = pairEntries(entries(gone), entries(come)).map(
        ({status, path, before}) => `${status} ${path}${status === 'renamed' ? ` from ${before?.path}` : ''}`,
      );
      assert.deepEqual(shown, changes);
    });
  }
});
