import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, test} from 'node:test';
import fc from 'fast-check';
import {diffLines, hunksOf, type LineDiff} from '../../../src/domain/line-diff.ts';
import {linesOf} from '../../../src/domain/lines-of.ts';

const LINES = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), {maxLength: 30});

const numbered = (prefix: string, count: number) => Array.from({length: count}, (_, at) => `${prefix}${at}`);
const repeated = (lines: readonly string[], count: number) =>
  Array.from({length: count}, (_, at) => lines[at % lines.length]!);
/** Lines of two letters, as a linear congruential generator throws them. */
function thrown(count: number, seed: number): string[] {
  let state = seed;
  return Array.from({length: count}, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state < 2 ** 31 ? 'a' : 'b';
  });
}
/** What makes a search for the fewest changes dear: far ends, long runs behind many edits, lines that are nearly equal. */
const HOSTILE: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  'nothing in common': [numbered('old ', 110_000), numbered('new ', 110_000)],
  'two letters by chance': [thrown(510_000, 1), thrown(510_000, 2)],
  'a long run behind many edits': [
    [...numbered('x', 600), ...repeated(['a'], 510_000), 'end'],
    [...repeated(['a'], 510_000), ...numbered('y', 600)],
  ],
  'blocks that are moved by one line': [
    ['x', ...repeated(['a', 'a', 'a', 'b', 'b'], 510_000), ...numbered('u', 1000)],
    [...repeated(['a', 'a', 'a', 'b', 'b'], 510_000), ...numbered('v', 1000)],
  ],
  'long lines that differ in their last letter': [
    numbered('a'.repeat(500), 2100),
    numbered('a'.repeat(500), 2100).map((line) => `${line}b`),
  ],
};

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

  test('lines that were only added, or only removed, are the fewest, however many they are', () => {
    const [few, many] = [
      ['a', 'z'],
      ['a', ...Array.from({length: 5000}, (_, i) => `${i}`), 'z'],
    ];
    assert.deepEqual(diffLines(few, many), {
      changes: [{oldStart: 1, oldCount: 0, newStart: 1, newCount: 5000}],
      isMinimal: true,
    });
    assert.deepEqual(diffLines(many, few), {
      changes: [{oldStart: 1, oldCount: 5000, newStart: 1, newCount: 0}],
      isMinimal: true,
    });
  });

  for (const [name, [before, after]] of Object.entries(HOSTILE)) {
    test(`two hostile texts of 1 MB are one change: ${name}`, () => {
      for (const lines of [before, after]) assert.ok(lines.join('\n').length > 1_000_000);
      const diff = diffLines(before, after);
      assert.deepEqual(applied(before, after, diff), after);
      assert.deepEqual([diff.changes.length, diff.isMinimal], [1, false]);
    });
  }

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
  const parts: (readonly string[])[] = [];
  let at = 0;
  for (const {oldStart, oldCount, newStart, newCount} of changes) {
    parts.push(before.slice(at, oldStart), after.slice(newStart, newStart + newCount));
    at = oldStart + oldCount;
  }
  return [...parts, before.slice(at)].flat();
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
