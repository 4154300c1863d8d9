import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {diffTexts} from '../../../src/read/read-file-diff.ts';

const CASES: readonly [
  name: string,
  old: string,
  now: string,
  counts: readonly [added: number, removed: number],
  isOpen: readonly [before: boolean, after: boolean],
][] = [
  ['the same text', 'a\n', 'a\n', [0, 0], [false, false]],
  ['a new file', '', 'a\nb\n', [2, 0], [false, false]],
  ['an emptied file', 'a\n', '', [0, 1], [false, false]],
  ['one line of three', 'a\nb\nc\n', 'a\nx\nc\n', [1, 1], [false, false]],
  ['only the last line feed', 'a\nb', 'a\nb\n', [1, 1], [true, false]],
  ['no line feed on both sides', 'a\nb', 'x\nb', [1, 1], [true, true]],
];

describe('diffTexts counts lines as git diff does', () => {
  for (const [name, old, now, counts, isOpen] of CASES) {
    test(name, () => {
      const diff = diffTexts(old, now);
      assert.deepEqual([diff.addedCount, diff.removedCount], counts);
      assert.deepEqual([diff.isOpen.before, diff.isOpen.after], isOpen);
      assert.equal(diff.hunks.length === 0, counts[0] + counts[1] === 0);
      // The mark of a last line without its line feed is never shown.
      assert.ok(![...diff.before, ...diff.after].some((line) => line.includes('\0')));
    });
  }
});
