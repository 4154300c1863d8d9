import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {type Finding, needsRebuild} from '../../../../src/sync/verify/findings.ts';

const ENTRY = {path: 'a', mode: '100644', oid: '1'};

describe('a finding', () => {
  const cases: [name: string, finding: Finding, isRebuilt: boolean][] = [
    ['a lost object', {kind: 'object-missing', key: 'k', oid: '1'}, false],
    ['a damaged ref', {kind: 'ref-corrupt', ref: 'refs/heads/a', what: ['snapshot']}, false],
    ['a ref that is behind', {kind: 'ref-behind', ref: 'refs/heads/a', git: '1', index: null}, false],
    ['a stale document', {kind: 'commit-extra', document: '1'}, false],
    ['a lost commit with a number', {kind: 'commit-missing', commit: '1', seq: 1}, false],
    ['a lost commit without a number', {kind: 'commit-missing', commit: '1'}, true],
    [
      'a damaged commit with a number',
      {kind: 'commit-corrupt', commit: '1', seq: 0, what: ['history']},
      false,
    ],
    ['a damaged commit without a number', {kind: 'commit-corrupt', commit: '1', what: ['seq']}, true],
    ['a stale entry without a number', {kind: 'entry-extra', document: '1'}, false],
    ["a tree that is not Git's", {kind: 'tree-wrong', commit: '1', tree: '2', rebuilt: '3'}, true],
    ['a lost entry with a number', {kind: 'entry-missing', ...ENTRY, seq: 1}, false],
    ['a lost entry without a number', {kind: 'entry-missing', ...ENTRY}, true],
    ['a damaged entry with a number', {kind: 'entry-corrupt', ...ENTRY, seq: 1, what: ['title']}, false],
    ['a damaged entry without a number', {kind: 'entry-corrupt', ...ENTRY, what: ['seq']}, true],
  ];
  for (const [name, finding, isRebuilt] of cases)
    it(`${name} is ${isRebuilt ? 'put right by a rebuild' : 'put right without a rebuild'}`, () => {
      assert.equal(needsRebuild(finding), isRebuilt);
    });
});
