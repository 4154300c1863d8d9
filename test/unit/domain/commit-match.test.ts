import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {commitTest, type WantedCommit} from '../../../src/domain/commit-match.ts';

const person = {name: 'Zoë Ångström', email: 'zoe@example.org', timeSeconds: 100, offset: '+0000'};
const commit = {
  author: person,
  committer: {...person, name: 'Bob', email: 'bob@example.org', timeSeconds: 200},
  message: 'Fix: retry (again)\n\nThe Kelvin sign is K.\n',
};

describe('commitTest', () => {
  const cases: [name: string, wanted: WantedCommit, isWanted: boolean][] = [
    ['a part of the name', {author: 'Ang'}, false],
    ['a part of the name, accents and all', {author: 'Ång'}, true],
    ['in any case', {author: 'ZOË ÅNG'}, true],
    ['the email', {author: 'zoe@EXAMPLE'}, true],
    ['from the name into the email', {author: 'ström <zoe@'}, true],
    ['the end of the email', {author: 'org>'}, true],
    ['never the committer', {author: 'bob'}, false],
    ['a part of a word of the message', {message: 'ETR'}, true],
    ['punctuation as it stands', {message: 'retry (again)'}, true],
    ['not as a pattern', {message: 'retry .again.'}, false],
    ['a line after the first', {message: 'kelvin SIGN'}, true],
    ['letters whose case is not of ASCII', {message: 'is k.'}, true],
    ['author and message', {author: 'zoë', message: 'fix'}, true],
    ['both must match', {author: 'bob', message: 'fix'}, false],
    ["the committer's time, not the author's", {sinceSeconds: 150}, true],
    ['from this second on', {sinceSeconds: 200}, true],
    ['not before', {sinceSeconds: 201}, false],
    ['until this second', {untilSeconds: 200}, true],
    ['not after', {untilSeconds: 199}, false],
    ['a second', {sinceSeconds: 200, untilSeconds: 200}, true],
  ];
  for (const [name, wanted, isWanted] of cases) {
    it(name, () => assert.equal(commitTest(wanted)!(commit), isWanted));
  }

  it('nothing that is asked excludes nothing', () => {
    assert.equal(commitTest({}), undefined);
    assert.equal(commitTest({author: '', message: '', sinceSeconds: undefined}), undefined);
  });
});
