import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ratiosOf, readBaseline, renderComparison} from '../../bench/baseline.ts';

const ROUND = {cpuSeconds: 1, peakBytes: 1, gitPeakBytes: 1, catFileSeconds: 1};
const IMPORT = {
  scope: 'whole history',
  floors: ['bare loop', 'storing', 'engine'],
  blobBytes: 1,
  entriesWritten: 1,
  commitsWritten: 1,
  objectsWritten: 0,
  failures: 0,
  stored: {entries: 1, commits: 1, refs: 1, indexBytes: 1, objects: 0, objectBytes: 0},
  rounds: [
    {...ROUND, seconds: 3, floorSeconds: [2, 1, 1], withoutStoreSeconds: 2},
    {...ROUND, seconds: 5, floorSeconds: [2, 3, 1], withoutStoreSeconds: 2},
  ],
  profile: undefined,
} as const;

test('ratios are medians, of the parts that were measured', () => {
  assert.deepEqual(
    ratiosOf([
      {
        backend: 'embedded',
        title: '',
        imports: [IMPORT],
        pushes: {foundMs: [30, 90, 60], pushMs: [10, 30, 20]},
        hook: [{backendIs: 'up', withMs: [4], withoutMs: [3]}],
      },
    ]),
    {
      'embedded: import of whole history, to bare loop': 2,
      'embedded: import of whole history, to storing': 2.333,
      'embedded: import of whole history, to engine': 4,
      'embedded: import of whole history, to the same without store': 2,
      'embedded: push until found, to the push itself': 3,
      'embedded: push with hook, backend up, to one without': 1.333,
    },
  );
});

test('a comparison shows then, now, and how far they are apart', () => {
  const now = {source: 'a', ratios: {old: 3, young: 1}};
  assert.deepEqual(cells(renderComparison(now, {source: 'a', ratios: {old: 2, gone: 1}})), [
    ['ratio', 'then', 'now', 'now to then'],
    ['old', '2.00', '3.00', '1.50'],
    ['young', '-', '1.00', '-'],
  ]);
});

test('ratios of another repository are not compared', () => {
  const text = renderComparison({source: 'a', ratios: {old: 3}}, {source: 'b', ratios: {old: 2}});
  assert.deepEqual(cells(text), [
    ['ratio', 'then', 'now', 'now to then'],
    ['old', '-', '3.00', '-'],
    ['the baseline is of another repository: b'],
  ]);
});

test('the baseline of this repository is of a generated one', () => {
  const {source, ratios} = readBaseline();
  assert.match(source, /^generated \(seed 1\): /);
  for (const [name, ratio] of Object.entries(ratios)) assert.ok(ratio > 0, name);
});

function cells(table: string): string[][] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}
