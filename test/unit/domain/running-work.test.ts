import assert from 'node:assert/strict';
import {test} from 'node:test';
import {describeWork, estimateLeftMs, type WorkProgress} from '../../../src/domain/running-work.ts';

const START = '2026-01-01T00:00:00.000Z';
const importing = (progress: Omit<WorkProgress, 'phase'>): WorkProgress => ({phase: 'import', ...progress});

test('share, rate and time left of a phase are of that phase, and the elapsed time of all', () => {
  const work = {
    verb: 'sync' as const,
    pid: 7,
    since: START,
    phaseSince: '2026-01-01T00:00:10.000Z',
    updatedAt: '2026-01-01T00:00:20.000Z',
    progress: importing({unit: 'commits', done: 25, total: 100, bytes: 5000}),
  };
  const shown = describeWork(work, new Date('2026-01-01T00:00:21.000Z'));
  assert.deepEqual(
    [shown.elapsedSeconds, shown.share, shown.bytesPerSecond, shown.secondsLeft],
    [21, 0.25, 500, 30],
  );
});

test('what is not known is null', () => {
  const work = {verb: 'prune' as const, pid: 7, since: START, phaseSince: START, updatedAt: START};
  const {unit, done, total, share, bytes, secondsLeft} = describeWork(
    {...work, progress: {phase: 'mark'}},
    new Date(START),
  );
  assert.deepEqual([unit, done, total, share, bytes, secondsLeft], [null, null, null, null, null, null]);
});

test('the time left', async (t) => {
  const cases: [what: string, progress: Omit<WorkProgress, 'phase'>, leftMs: number | undefined][] = [
    ['follows from the pace', {done: 50, total: 100}, 1000],
    ['leaves out what an earlier run had stored', {done: 60, found: 50, total: 100}, 4000],
    ['is unknown before anything was done', {done: 50, found: 50, total: 100}, undefined],
    ['is unknown without a total', {done: 50}, undefined],
    ['is unknown when all is counted', {done: 100, total: 100}, undefined],
    [
      'is that of the bytes where the commits have hardly begun',
      {done: 0, total: 1, bytes: 25, bytesTotal: 100},
      3000,
    ],
    [
      'does not wait for bytes that never come',
      {done: 99, total: 100, bytes: 10, bytesTotal: 1000},
      1000 * (0.0198 / 0.9802),
    ],
    [
      'does not trust more bytes than there are',
      {done: 50, total: 100, bytes: 300, bytesTotal: 100},
      1000 / 3,
    ],
  ];
  for (const [what, progress, leftMs] of cases) {
    await t.test(what, () => {
      const left = estimateLeftMs(importing(progress), 1000);
      assert.equal(left && Math.round(left), leftMs && Math.round(leftMs));
    });
  }
});
