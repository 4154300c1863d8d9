import assert from 'node:assert/strict';
import {existsSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, beforeEach, describe, test} from 'node:test';
import {
  forgetFailures,
  isOddFailuresFile,
  moveFailures,
  openFailureLog,
  readFailures,
} from '../../../src/sync/failures.ts';
import type {SyncEvent} from '../../../src/sync/sync-progress.ts';

const directory = mkdtempSync(join(tmpdir(), 'ctr-failures-'));
after(() => rmSync(directory, {recursive: true}));
const file = join(directory, 'failures.json');
beforeEach(() => rmSync(file, {force: true}));

const REF = {kind: 'ref', name: 'refs/heads/a', oid: '1'.repeat(40), reason: 'no such commit'} as const;
const OBJECT = {kind: 'object', name: 'a.txt', oid: '2'.repeat(40), reason: 'missing'} as const;
const ENTRY = {path: 'a.txt', mode: '100644', oid: OBJECT.oid, id: 'id', seq: 7, introducedBy: REF.oid};

function openLog(day: number, events: SyncEvent[] = []) {
  const now = () => new Date(Date.UTC(2026, 0, day));
  return openFailureLog({failuresFile: file, onEvent: (event) => events.push(event), now});
}

/** A run of this day that meets these failures, and ends well. */
function runOn(day: number, ...failures: Parameters<ReturnType<typeof openLog>['add']>[0][]) {
  const log = openLog(day);
  for (const failure of failures) log.add(failure);
  return log.save();
}

describe('openFailureLog', () => {
  test('a failure keeps the date of its first run, and counts its runs', () => {
    runOn(1, REF);
    runOn(2, REF, OBJECT);
    assert.deepEqual(runOn(3, REF, OBJECT), [
      {...REF, since: '2026-01-01T00:00:00.000Z', attempts: 3},
      {...OBJECT, since: '2026-01-02T00:00:00.000Z', attempts: 2},
    ]);
  });

  test('the same thing with another reason, or met twice in a run, is one failure', () => {
    runOn(1, REF);
    const [only, ...more] = runOn(2, REF, {...REF, reason: 'no such tree'});
    assert.deepEqual(more, []);
    assert.deepEqual(only, {
      ...REF,
      reason: 'no such tree',
      since: '2026-01-01T00:00:00.000Z',
      attempts: 2,
    });
  });

  for (const [other, change] of [
    ['kind', {kind: 'object'}],
    ['name', {name: 'refs/heads/b'}],
    ['oid', {oid: '3'.repeat(40)}],
  ] as const) {
    test(`with another ${other} it is another failure`, () => {
      runOn(1, REF);
      const found = runOn(2, {...REF, ...change});
      assert.deepEqual(
        found.map(({attempts, since}) => [attempts, since]),
        [[1, '2026-01-02T00:00:00.000Z']],
      );
    });
  }

  test('save forgets what this run did not meet; keep does not', () => {
    runOn(1, REF);
    const dying = openLog(2);
    dying.add(OBJECT);
    dying.keep();
    assert.deepEqual(
      readFailures(file).map(({kind}) => kind),
      ['ref', 'object'],
    );
    assert.deepEqual(runOn(3), []);
    assert.equal(existsSync(file), false);
  });

  test('a run without failures makes no file', () => {
    runOn(1);
    assert.equal(existsSync(file), false);
  });

  test('listeners are told without what is needed to try again, which the file keeps', () => {
    const events: SyncEvent[] = [];
    const log = openLog(1, events);
    log.add({...OBJECT, entry: ENTRY});
    const failure = {...OBJECT, since: '2026-01-01T00:00:00.000Z', attempts: 1};
    assert.deepEqual(events, [{type: 'failure', failure}]);
    assert.deepEqual(log.save(), [failure]);
    assert.deepEqual(readFailures(file), [{...failure, entry: ENTRY}]);
    assert.deepEqual(openLog(2).before, [{...failure, entry: ENTRY}]);
  });
});

describe('readFailures', () => {
  const stored = {...OBJECT, since: '2026-01-01T00:00:00.000Z', attempts: 1};
  const {reason: _reason, ...withoutReason} = stored;
  const {seq: _seq, ...withoutSeq} = ENTRY;
  const cases: [name: string, content: string, expected: unknown[], isOdd: boolean][] = [
    ['a list', JSON.stringify([stored]), [stored], false],
    ['an empty list', '[]', [], false],
    ['no JSON', '[{', [], true],
    ['no list', '{}', [], true],
    ['a list of something else', JSON.stringify([stored, withoutReason]), [], true],
    ['an entry without its number', JSON.stringify([{...stored, entry: withoutSeq}]), [stored], false],
  ];
  for (const [name, content, expected, isOdd] of cases) {
    test(`of ${name}: ${expected.length}${isOdd ? ', and the file is odd' : ''}`, () => {
      writeFileSync(file, content);
      assert.deepEqual(readFailures(file), expected);
      assert.equal(isOddFailuresFile(file), isOdd);
    });
  }

  test('of no file: none', () => {
    assert.deepEqual(readFailures(file), []);
    assert.equal(isOddFailuresFile(file), false);
  });
});

test('forgetFailures takes out what fits, and the file with the last one', () => {
  runOn(1, REF, OBJECT);
  forgetFailures(file, ({kind}) => kind === 'object');
  assert.deepEqual(
    readFailures(file).map(({kind}) => kind),
    ['ref'],
  );
  forgetFailures(file, () => true);
  assert.equal(existsSync(file), false);
});

test('moveFailures replaces what the other file held', () => {
  const other = join(directory, 'next.json');
  runOn(1, REF);
  const before = readFailures(file);
  moveFailures(file, other);
  assert.deepEqual([existsSync(file), readFailures(other)], [false, before]);
  moveFailures(file, other);
  assert.equal(existsSync(other), false);
});
