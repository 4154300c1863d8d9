import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {withBeginnings} from '../../../../src/web/explorer/pages/search-offers.ts';

describe('withBeginnings', () => {
  const cases: [text: string, longer: string | undefined][] = [
    ['weath', 'weath*'],
    ['weath stat', 'weath* stat*'],
    ['weath* stat', 'weath* stat*'],
    ['"in a row" weath -old path:docs', '"in a row" weath* -old path:docs'],
    ['path:docs', undefined],
    ['weath*', undefined],
    ['"in a row"', undefined],
  ];
  for (const [text, longer] of cases) {
    test(`${text} is ${longer}`, () => assert.equal(withBeginnings(text), longer));
  }
});
