import assert from 'node:assert/strict';
import {test} from 'node:test';
import {matchesRefs} from '../../../src/domain/match-refs.ts';
import {isHeadLost, selectRefs} from '../../../src/sync/observe.ts';

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

test('selectRefs keeps what fits, with its target', () => {
  const refs = new Map(NAMES.map((name, at) => [name, `${at}`]));
  assert.deepEqual([...selectRefs(refs, ['refs/tags/*'])], [['refs/tags/v1', '2']]);
});

const HEADS: [name: string, head: string | undefined, wanted: string[], isLost: boolean][] = [
  ['names a ref that is indexed', 'refs/heads/main', ['refs/heads/main'], false],
  ['names another', 'refs/heads/other', ['refs/heads/main'], true],
  ['is detached', undefined, ['refs/heads/main'], true],
  ['names an unborn branch of an empty repository', 'refs/heads/main', [], false],
];
for (const [name, head, wanted, isLost] of HEADS) {
  test(`a HEAD that ${name} is ${isLost ? '' : 'not '}lost`, () =>
    assert.equal(isHeadLost({head, wanted: new Map(wanted.map((ref) => [ref, '1']))}), isLost));
}
