import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {type LineLimits, makeLineFinder} from '../../../../src/domain/query/match-lines.ts';
import {parseQuery} from '../../../../src/domain/query/parse-query.ts';
import type {Expression} from '../../../../src/domain/query/query.ts';
import {partsOf, wordsOf} from '../../../../src/domain/words.ts';

const matchLines = (content: string, expression: Expression, limits: LineLimits) =>
  makeLineFinder(expression)(content, limits).lines;
const linesOf = (content: string, query: string, {linesMax = 10, lineMaxChars = 1000} = {}) =>
  matchLines(content, parseQuery(query).expression, {linesMax, lineMaxChars});
const numbersOf = (content: string, query: string): number[] => linesOf(content, query).map(({line}) => line);

describe('matchLines', () => {
  const cases: [name: string, content: string, query: string, lines: number[]][] = [
    ['nothing in nothing', '', 'a', []],
    ['a word, whatever its case and accents', 'Café\nthe\nCAFE', 'cafè', [1, 3]],
    ['not within a word', 'category\ncat', 'cat', [2]],
    ['a prefix', 'category\nscat', 'cat*', [1]],
    ['a phrase over punctuation', 'a b\na-b\na x b', '"a b"', [1, 2]],
    ['the last word of a phrase as a prefix', 'hello world\nworld hello', '"hello wor"*', [1]],
    ['only the last word as a prefix', 'hellos worlds', '"hello wor"*', []],
    ['several clauses: lines of each', 'a\nb\nc', 'c a', [1, 3]],
    ['negated clauses do not count', 'a b\nb', 'b -a', [1, 2]],
    ['filters do not count', 'ts\nb', 'b ext:ts path:ts', [2]],
    ['only what must not be there: no lines', 'a', '-b', []],
    ['camel case by its parts', 'let x = getUserName();\nuser name', '"user name"', [1, 2]],
    ['camel case by itself', 'getUserName\nget_user_name\ngetusername', 'getUserName', [1, 2, 3]],
    ['parts by a prefix', 'getUserName', 'userNa*', [1]],
    ['a word that camel case splits, in one', 'userName', 'username', [1]],
    ['Han by any run of characters', '東京タワーは高い', '京', [1]],
    ['over a line break: where it begins', 'x a\nb y\n\na', '"a b"', [1]],
    ['over several line breaks', 'x\na\r\n\r\nb\nc', '"a b c"', [2]],
    ['begun in vain, then found', 'a\na\nb', '"a b"', [2]],
    ['a repetition within the phrase', 'a a a b', '"a a b"', [1]],
    ['overlapping matches, each in its line', 'a\na\na', '"a a"', [1, 2]],
    ['behind letters that fold to more', 'ßßß\nﬃ\nx', 'x', [3]],
    ['in the last line without a break', 'a\nb', 'b', [2]],
    ['in a last line that is empty', 'a\n', 'b', []],
  ];
  for (const [name, content, query, lines] of cases) {
    it(name, () => assert.deepEqual(numbersOf(content, query), lines));
  }

  it('gives lines without their breaks', () => {
    assert.deepEqual(linesOf('x\r\n a B \r\ny', 'b'), [
      {line: 2, text: ' a B ', column: 1, isCut: false, matches: [{start: 3, end: 4}]},
    ]);
  });

  it('gives the first lines only', () => {
    const lines = linesOf('b\na\n'.repeat(100), 'a b', {linesMax: 3});
    assert.deepEqual(
      lines.map(({line}) => line),
      [1, 2, 3],
    );
    assert.deepEqual(linesOf('a', 'a', {linesMax: 0}), []);
  });

  const cuts: [name: string, content: string, query: string, text: string][] = [
    ['a line of the greatest length is whole', '12345678 a', 'a', '12345678 a'],
    ['the match is within the cut line', `${'x '.repeat(500)}here${' y'.repeat(500)}`, 'here', 'x here y y'],
    ['a match at the end', `${'x '.repeat(500)}here`, 'here', 'x x x here'],
    ['a match at the beginning', `here${' y'.repeat(500)}`, 'here', 'here y y y'],
    ['the first of several', `${'x '.repeat(50)}one ${'x '.repeat(50)}two`, 'two one', 'x one x x '],
    ['a part of a long word', `${'Xx'.repeat(50)}Here${'Xx'.repeat(50)}`, 'here', 'XxHereXxXx'],
    ['no half characters', `${'😀'.repeat(50)} x ${'😀'.repeat(50)}`, 'x', ' x 😀😀😀'],
  ];
  for (const [name, content, query, text] of cuts) {
    it(`cuts long lines: ${name}`, () => {
      const [match] = linesOf(content, query, {lineMaxChars: 10});
      assert.equal(match?.text, text);
    });
  }

  it('finds what comparing all tokens finds', () => {
    const piece = fc.constantFrom('a', 'b', 'aB', 'ab', 'é', 'E', ' ', ' ', '\n', '\r\n', '東', '-');
    const text = fc.array(piece, {maxLength: 30}).map((pieces) => pieces.join(''));
    const phrase = fc
      .array(fc.constantFrom('a', 'b', 'e', 'aB', '東', ' '), {minLength: 1, maxLength: 6})
      .map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, phrase, fc.boolean(), (content, typed, isPrefix) => {
        fc.pre(/\S$/.test(typed));
        assert.deepEqual(
          matchLines(content, phraseQuery(typed, isPrefix), {linesMax: 99, lineMaxChars: 99}).map(
            ({line}) => line,
          ),
          naiveLines(content, typed, isPrefix),
        );
      }),
      {numRuns: 5000},
    );
  });

  it('takes no longer for text that almost matches everywhere', () => {
    const start = performance.now();
    const limits = {linesMax: 99, lineMaxChars: 99};
    assert.deepEqual(matchLines('a '.repeat(100_000), phraseQuery(`${'a '.repeat(1500)}b`), limits), []);
    const lines = `${'a\n'.repeat(100_000)}b a c`;
    assert.deepEqual(matchLines(lines, phraseQuery(`${'a '.repeat(1500)}c`), limits), []);
    const tookMs = performance.now() - start;
    assert.ok(tookMs < 2000, `${tookMs} ms`);
  });
});

/** More than a reader may ask for. */
function phraseQuery(text: string, isPrefix = false): Expression {
  return {type: 'words', text, isPrefix};
}

function naiveLines(content: string, phrase: string, isPrefix: boolean): number[] {
  const found = new Set<number>();
  for (const tokensOf of [wordsOf, partsOf]) {
    const wanted = tokensOf(phrase);
    const all = content
      .split('\n')
      .flatMap((line, index) => tokensOf(line).map((token) => ({token, line: index + 1})));
    for (const [at, {line}] of all.entries()) {
      const fits = wanted.every((word, index) => {
        const token = all[at + index]?.token;
        return isPrefix && index === wanted.length - 1 ? token?.startsWith(word) === true : token === word;
      });
      if (fits) found.add(line);
    }
  }
  return [...found].sort((left, right) => left - right);
}
