import assert from 'node:assert/strict';
import {test} from 'node:test';
import {matchesRefs} from '../../../src/sync/observe.ts';

const NAMES = ['refs/heads/main', 'refs/heads/a/b', 'refs/tags/v1', 'refs/pull/1/head'];
const CASES: [globs: string[], matched: string[]][] = [
  [[], NAMES],
  [['refs/heads/*'], ['refs/heads/main']],
  [['refs/heads/**'], ['refs/heads/main', 'refs/heads/a/b']],
  [['!refs/pull/**'], ['refs/heads/main', 'refs/heads/a/b', 'refs/tags/v1']],
  [
    ['refs/heads/**', '!refs/heads/a/*', 'refs/tags/*'],
    ['refs/heads/main', 'refs/tags/v1'],
  ],
];
for (const [globs, matched] of CASES) {
  test(`refs that fit ${JSON.stringify(globs)}`, () =>
    assert.deepEqual(NAMES.filter(matchesRefs(globs)), matched));
}
