import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import fc from 'fast-check';
import {diffLines, hunksOf, type LineDiff, linesOf} from '../../../src/domain/line-diff.ts';

const LINES = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), {maxLength: 30});

describe('diffLines', () => {
  test('its changes make one text of the other', () => {
    fc.assert(
      fc.property(LINES, LINES, fc.integer({min: 0, max: 40}), (before, after, editsMax) => {
        const diff = diffLines(before, after, {editsMax});
        assert.deepEqual(applied(before, after, diff), after);
        assert.ok(diff.changes.every(({oldCount, newCount}) => oldCount + newCount > 0));
      }),
    );
  });

  test('as few lines as git diff --minimal', () => {
    const root = mkdtempSync(join(tmpdir(), 'ctr-diff-'));
    try {
      fc.assert(
        fc.property(LINES, LINES, (before, after) => {
          const {changes, isMinimal} = diffLines(before, after);
          assert.ok(isMinimal);
          const counts = [sum(changes.map((c) => c.newCount)), sum(changes.map((c) => c.oldCount))];
          assert.deepEqual(counts, gitCounts(root, before, after));
        }),
        {numRuns: 40},
      );
    } finally {
      rmSync(root, {recursive: true});
    }
  });

  test('texts that differ too much are one change between what they share at both ends', () => {
    const before = ['head', ...Array.from({length: 500}, (_, i) => `old ${i}`), 'tail'];
    const after = ['head', ...Array.from({length: 400}, (_, i) => `new ${i}`), 'tail'];
    assert.deepEqual(diffLines(before, after, {editsMax: 100}), {
      changes: [{oldStart: 1, oldCount: 500, newStart: 1, newCount: 400}],
      isMinimal: false,
    });
  });

  test('the same text has no changes', () => {
    assert.deepEqual(diffLines(['a', 'b'], ['a', 'b']), {changes: [], isMinimal: true});
    assert.deepEqual(diffLines([], []), {changes: [], isMinimal: true});
  });
});

describe('hunksOf', () => {
  const before = Array.from({length: 30}, (_, i) => `${i}`);

  test('near changes share a hunk, far ones do not, and ends are ends', () => {
    const after = before.toSpliced(0, 1, 'x').toSpliced(7, 1, 'y').toSpliced(25, 0, 'z');
    const hunks = hunksOf(diffLines(before, after), {oldLength: 30});
    assert.deepEqual(
      hunks.map(({oldStart, oldCount, newStart, newCount}) => [oldStart, oldCount, newStart, newCount]),
      [
        [0, 11, 0, 11],
        [22, 6, 22, 7],
      ],
    );
  });
});

test('linesOf counts as git does', () => {
  assert.deepEqual(linesOf(''), []);
  assert.deepEqual(linesOf('a'), ['a']);
  assert.deepEqual(linesOf('a\n'), ['a']);
  assert.deepEqual(linesOf('a\n\n'), ['a', '']);
});

function applied(before: readonly string[], after: readonly string[], {changes}: LineDiff): string[] {
  const lines: string[] = [];
  let at = 0;
  for (const {oldStart, oldCount, newStart, newCount} of changes) {
    lines.push(...before.slice(at, oldStart), ...after.slice(newStart, newStart + newCount));
    at = oldStart + oldCount;
  }
  return [...lines, ...before.slice(at)];
}

function gitCounts(root: string, before: readonly string[], after: readonly string[]): number[] {
  const files = [before, after].map((lines, at) => {
    const file = join(root, `${at}`);
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    return file;
  });
  const {stdout} = spawnSync('git', ['diff', '--no-index', '--minimal', '--numstat', '--', ...files], {
    encoding: 'utf8',
  });
  return stdout === '' ? [0, 0] : stdout.split('\t', 2).map(Number);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
