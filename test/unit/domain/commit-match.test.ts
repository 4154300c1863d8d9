import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {commitTest, logExpression, type WantedCommit} from '../../../src/domain/commit-match.ts';
import type {Expression} from '../../../src/domain/query/query.ts';

const person = {name: 'Zoë Ångström', email: 'zoe@example.org', timeSeconds: 100, offset: '+0000'};
const commit = {
  author: person,
  committer: {...person, name: 'Bob', email: 'bob@example.org', timeSeconds: 200},
  message: 'Fix: retry (again)\n\nThe Kelvin sign is K.\n',
};

/** As `git log` is asked. */
interface Wanted extends Pick<WantedCommit, 'sinceSeconds' | 'untilSeconds'> {
  readonly author?: string | readonly string[];
  readonly message?: string | readonly string[];
  readonly isAllMatch?: boolean;
}

function toWanted({author = [], message = [], isAllMatch, ...times}: Wanted): WantedCommit {
  return {
    ...times,
    expression: logExpression({authors: [author].flat(), messages: [message].flat(), isAllMatch}),
  };
}

describe('commitTest', () => {
  const cases: [name: string, wanted: Wanted, isWanted: boolean][] = [
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
    ['one of several authors', {author: ['bob', 'zoë']}, true],
    ['none of several authors', {author: ['bob', 'ada']}, false],
    ['one of several parts of the message', {message: ['none', 'fix']}, true],
    ['all parts of the message', {message: ['kelvin', 'fix'], isAllMatch: true}, true],
    ['not all parts of the message', {message: ['none', 'fix'], isAllMatch: true}, false],
    ['one of the authors, and all parts', {author: ['ada', 'zoë'], message: ['fix'], isAllMatch: true}, true],
    ['an empty part of several that all must match', {message: ['none', ''], isAllMatch: true}, false],
    ["the committer's time, not the author's", {sinceSeconds: 150}, true],
    ['from this second on', {sinceSeconds: 200}, true],
    ['not before', {sinceSeconds: 201}, false],
    ['until this second', {untilSeconds: 200}, true],
    ['not after', {untilSeconds: 199}, false],
    ['a second', {sinceSeconds: 200, untilSeconds: 200}, true],
  ];
  for (const [name, wanted, isWanted] of cases) {
    it(name, () => assert.equal(commitTest(toWanted(wanted))!(commit), isWanted));
  }

  it('nothing that is asked excludes nothing', () => {
    assert.equal(commitTest({}), undefined);
    assert.equal(commitTest({expression: undefined, sinceSeconds: undefined}), undefined);
    assert.equal(logExpression({}), undefined);
    assert.equal(logExpression({authors: [''], messages: ['fix', '']}), undefined);
  });

  const words = (text: string, isPrefix = false): Expression => ({type: 'words', text, isPrefix});
  const expressions: [name: string, expression: Expression, isWanted: boolean][] = [
    ['words that do not follow each other', words('fix again'), false],
    ['a phrase of the message', words('Fix retry'), true],
    ['words without their accents', words('kelvin'), true],
    ['a word is whole', words('retr'), false],
    ['the beginning of a word', words('retr', true), true],
    ['either', {type: 'any', of: [words('none'), {type: 'author', text: 'zoë'}]}, true],
    ['both', {type: 'all', of: [words('fix'), {type: 'message', text: '(again)'}]}, true],
    ['not', {type: 'not', of: {type: 'author', text: 'zoë'}}, false],
    ['nothing', {type: 'any', of: []}, false],
  ];
  for (const [name, expression, isWanted] of expressions)
    it(name, () => assert.equal(commitTest({expression})!(commit), isWanted));

  it('knows conditions of commits only', () => {
    assert.throws(() => commitTest({expression: {type: 'ext', extension: 'md'}}), TypeError);
  });
});
