import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {formatQuery} from '../../../../../src/domain/query/format-query.ts';
import {parseQuery} from '../../../../../src/domain/query/parse-query.ts';
import {withBeginnings} from '../../../../../src/web/explorer/pages/search-offers.ts';

describe('withBeginnings', () => {
  const cases: [text: string, longer: string | undefined][] = [
    ['weath', 'weath*'],
    ['weath stat', 'weath* stat*'],
    ['weath* stat', 'weath* stat*'],
    ['"in a row" weath -old path:docs', '"in a row" weath* -old path:docs'],
    ['path:docs', undefined],
    ['weath*', undefined],
    ['"in a row"', undefined],
    ['a', undefined],
    ['weath weath* -stat', 'weath* -stat'],
  ];
  for (const [text, longer] of cases) {
    test(`${text} is ${longer}`, () => {
      const found = withBeginnings(parseQuery(text));
      assert.equal(found && formatQuery(found), longer);
    });
  }
});
