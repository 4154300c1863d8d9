import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {markLine} from '../../../src/domain/mark-line.ts';
import {parseQuery} from '../../../src/domain/parse-query.ts';

describe('markLine', () => {
  const cases: [query: string, line: string, marked: string][] = [
    ['fox', 'The quick Fox, a fox.', 'The quick [Fox], a [fox].'],
    ['"quick fox"', 'quick, fox', '[quick], [fox]'],
    ['user', 'getUserName(user_id)', '[getUserName]([user]_id)'],
    ['cafe', 'un Café', 'un [Café]'],
    ['inter*', 'the internet', 'the [internet]'],
    ['fox -dog path:dog', 'fox dog', '[fox] dog'],
    ['path:x', 'fox', 'fox'],
  ];
  for (const [query, line, marked] of cases) {
    test(`${query} in ${line}`, () => {
      const parts = markLine(line, parseQuery(query));
      assert.equal(parts.map(({text, isMatch}) => (isMatch ? `[${text}]` : text)).join(''), marked);
      assert.equal(parts.map(({text}) => text).join(''), line);
    });
  }
});
