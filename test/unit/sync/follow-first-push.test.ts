import assert from 'node:assert/strict';
import {test} from 'node:test';
import {chooseBranch} from '../../../src/sync/follow-first-push.ts';
import {makeRepository} from '../../conformance/index-store/records.ts';
import {observationOf} from './observation.ts';

const BYTES = 'refs/heads/\uefff';
const CASES: [name: string, given: Parameters<typeof observationOf>[0], expected: string | undefined][] = [
  ['main first', {head: 'refs/heads/x', wanted: {'refs/heads/a': '1', 'refs/heads/main': '2'}}, 'main'],
  ['then master', {head: 'refs/heads/x', wanted: {'refs/heads/a': '1', 'refs/heads/master': '2'}}, 'master'],
  ['then the first by name', {wanted: {'refs/heads/b': '1', 'refs/heads/a': '2'}}, 'a'],
  ['no tag', {wanted: {'refs/tags/v1': '1'}}, undefined],
  ['no name that is not text', {wanted: {[BYTES]: '1'}}, undefined],
  [
    'nothing where HEAD leads to a branch',
    {wanted: {'refs/heads/main': '1', 'refs/heads/a': '1'}},
    undefined,
  ],
  [
    'nothing where Git cannot read the branch',
    {wanted: {'refs/heads/a': '1'}, broken: ['refs/heads/main']},
    undefined,
  ],
  ['nothing where HEAD is detached', {head: undefined, wanted: {'refs/heads/a': '1'}}, undefined],
  ['nothing where the index is new', {wanted: {'refs/heads/a': '1'}, record: undefined}, undefined],
  ['nothing where it was only claimed', {wanted: {'refs/heads/a': '1'}, record: makeRepository()}, undefined],
  ['nothing on a later push', {wanted: {'refs/heads/a': '1'}, indexed: {'refs/heads/b': '1'}}, undefined],
  [
    'nothing where a branch was deleted',
    {wanted: {'refs/heads/a': '1'}, indexed: {'refs/heads/b': ['', 'deleted']}},
    undefined,
  ],
  [
    'a branch though tags were there before',
    {wanted: {'refs/heads/a': '1'}, indexed: {'refs/tags/v1': '1'}},
    'a',
  ],
];
for (const [name, given, branch] of CASES) {
  test(`HEAD follows: ${name}`, () => {
    assert.equal(chooseBranch(observationOf(given)), branch && `refs/heads/${branch}`);
  });
}
