import assert from 'node:assert/strict';
import {test} from 'node:test';
import {chooseGroup} from '../../../src/util/foreign-owner.ts';

const GROUPS = ['root:x:0:', 'git:x:1000:', 'staff:x:50:ann,git', 'docker:x:998:ann', ''];
const git = {name: 'git', home: '/home/git', gid: 1000};
const remote = {name: 'user 7000', home: '/nonexistent', gid: undefined};

for (const [what, given, wanted] of [
  ['the group of the directory, where the owner is in it', {uid: 1000, gid: 50, account: git}, 50],
  ['the own group', {uid: 1000, gid: 1000, account: git}, 1000],
  ['the own group in place of root’s', {uid: 1000, gid: 0, account: git}, 1000],
  ['the own group in place of one that the owner is not in', {uid: 1000, gid: 998, account: git}, 1000],
  ['the own group in place of one that no file names', {uid: 1000, gid: 4321, account: git}, 1000],
  [
    'the group of the directory of an owner who is no local account',
    {uid: 7000, gid: 7001, account: remote},
    7001,
  ],
  ['never root’s, though nobody knows the owner', {uid: 7000, gid: 0, account: remote}, 7000],
] as const) {
  test(`root goes on with ${what}`, () => assert.equal(chooseGroup(given, GROUPS), wanted));
}
