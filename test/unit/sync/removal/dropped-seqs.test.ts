import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Bitmap, serializeBitmap} from '../../../../src/domain/bitmap.ts';
import {droppedSeqs} from '../../../../src/sync/removal/dropped-seqs.ts';

interface Shown {
  readonly commits: number[];
  readonly entries: number[];
}

const shown = ({commits, entries}: Shown) => ({
  history: serializeBitmap(commits),
  snapshot: serializeBitmap(entries),
});
const BEFORE: Shown = {commits: [1, 2], entries: [10, 11]};
const NONE: Shown = {commits: [], entries: []};

const CASES: [name: string, history: 'all' | 'refs', after: Shown, expected: Shown][] = [
  ['a push that adds drops nothing', 'all', {commits: [1, 2, 3], entries: [10, 11, 12]}, NONE],
  [
    'a file that a new commit changes is shown by the commits before it',
    'all',
    {commits: [1, 2, 3], entries: [10]},
    NONE,
  ],
  [
    'where only tips have files, it is dropped',
    'refs',
    {commits: [1, 2, 3], entries: [10]},
    {commits: [], entries: [11]},
  ],
  [
    'a forced push drops commits and their files',
    'all',
    {commits: [1, 3], entries: [10, 12]},
    {commits: [2], entries: [11]},
  ],
  ['a deletion drops all', 'all', NONE, BEFORE],
];
for (const [name, history, after, expected] of CASES) {
  test(name, () => {
    const {commits, entries} = droppedSeqs([{before: shown(BEFORE), after: shown(after)}], history);
    assert.deepEqual({commits: seqsOf(commits), entries: seqsOf(entries)}, expected);
  });
}

test('several refs are one sum; of one whose bitmaps are damaged nothing is known', () => {
  const damaged = {...shown(BEFORE), history: Buffer.from('no bitmap')};
  const other = {commits: [5], entries: [50]};
  const moves = [shown(BEFORE), damaged, shown(other)].map((before) => ({before, after: shown(NONE)}));
  const {commits, entries} = droppedSeqs(moves, 'all');
  assert.deepEqual(
    [seqsOf(commits), seqsOf(entries)],
    [
      [1, 2, 5],
      [10, 11, 50],
    ],
  );
});

function seqsOf(bytes: Uint8Array): number[] {
  using bitmap = Bitmap.parse(bytes);
  return [...bitmap];
}
