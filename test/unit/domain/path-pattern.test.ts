import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {
  PATH_PATTERN_MAX_CHARS,
  pathPatternToLucene,
  pathPatternToRegExp,
  pathTest,
} from '../../../src/domain/path-pattern.ts';

describe('pathPatternToRegExp', () => {
  const cases: [name: string, pattern: string, fits: string[], others: string[]][] = [
    ['plain text fits anywhere', 'oc', ['docs/a', 'a/doc.md', 'OC'], ['o/c', '']],
    ['plain text with a slash', 'docs/', ['docs/a', 'my-docs/a'], ['docs', 'docs.md']],
    ['case does not matter, accents do', 'É.md', ['é.MD', 'xÉ.md'], ['e.md']],
    ['a leading slash: begins with', '/docs', ['docs/a', 'docs.md', 'DOCS-old/b'], ['a/docs/b', '']],
    ['with a slash at the end: the directory only', '/docs/', ['docs/a'], ['docs.md', 'a/docs/b']],
    ['a slash alone is everything', '/', ['a', 'a/b'], []],
    ['*.md: by name, at any depth', '*.md', ['a.md', 'x/y/b.md', '.md'], ['a.mdx', 'amd']],
    ['a directory whose name fits', '*.d', ['conf.d/a', 'x/conf.d/y/z'], ['conf.dd/a']],
    ['src/*: all below', 'src/*', ['src/a', 'x/src/a/b'], ['src', 'mysrc/a']],
    ['src/*.c: not deeper', 'src/*.c', ['src/a.c', 'x/src/b.c'], ['src/x/a.c', 'src/a.cc']],
    ['docs/**: all below', 'docs/**', ['docs/a', 'docs/a/b', 'x/docs/a'], ['docs', 'docs2/a']],
    [
      'a/**/b: also without anything between',
      'a/**/b',
      ['a/b', 'a/x/b', 'a/x/y/b/z', 'q/a/b'],
      ['ab', 'a/xb', 'xa/b'],
    ],
    ['**/b: at any depth', '**/b', ['b', 'x/b', 'x/y/b/z'], ['xb', 'bx']],
    ['/**/b: at any depth', '/**/b', ['b', 'x/b'], ['xb']],
    ['a**b: across slashes', 'a**b', ['ab', 'a/x/b', 'axb/c', 'q/a1/2b'], ['xab', 'abx']],
    ['/src/*.c: from the root', '/src/*.c', ['src/a.c'], ['x/src/a.c']],
    ['? is one character, not a slash', 'a?c', ['abc', 'x/a😀c', 'a.c/d'], ['ac', 'a/c', 'abbc']],
    ['a glob with a slash at the end is a directory', 'src/*/', ['src/a/b'], ['src/a']],
    ['more stars are two', 'a/****/b', ['a/b', 'a/x/y/b'], ['ab']],
    ['a star alone is everything', '*', ['a', 'a/b'], []],
    ['a star takes what a later part leaves', '*a*ab', ['xaab', 'aaaab', 'aab/c'], ['ab', 'aaba']],
    ['the last part must fit the end', 'x*b', ['xbab', 'xb'], ['xba']],
    ['other special characters are themselves', 'a[b]{1}(c)|$.+^\\', ['xa[b]{1}(c)|$.+^\\y'], ['ab1c']],
    ['in globs too', '*[ab].(c)', ['x[ab].(c)'], ['xa.(c)', 'xb.c']],
    ['bytes that are not UTF-8', 'caf?.txt', ['caf\uefe9.txt'], []],
    ['line breaks are characters', 'a*b**c', ['a\nb\n/\nc'], ['a\n']],
  ];
  for (const [name, pattern, fits, others] of cases) {
    it(name, () => {
      const regexp = pathPatternToRegExp(pattern);
      assert.deepEqual(
        fits.filter((path) => !regexp.test(path)),
        [],
      );
      assert.deepEqual(
        others.filter((path) => regexp.test(path)),
        [],
      );
    });
  }

  const token = fc.constantFrom('a', 'b', 'A', '/', '*', '**', '?', 'ab', '/**/', '**/');
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', '/', 'B'), {minLength: 1, maxLength: 14})
    .map((parts) => parts.join(''));

  it('means what the plain translation means, which backtracks', () => {
    fc.assert(
      fc.property(fc.array(token, {minLength: 1, maxLength: 8}), path, (tokens, subject) => {
        const pattern = tokens.join('');
        // Lucene's syntax, as far as we write it, is JavaScript's.
        const plain = new RegExp(`^(?:${pathPatternToLucene(pattern)})$`, 'su');
        assert.equal(
          pathPatternToRegExp(pattern).test(subject),
          plain.test(subject),
          pathPatternToLucene(pattern),
        );
      }),
      {numRuns: 4000},
    );
  });

  for (const unit of ['*a', '**a', '*?', 'a*', '**/', '**/a', '*/', '**/a*', '*/a', 'a/', '?*a']) {
    it(`takes no longer for many of ${unit}`, () => {
      const pattern = `${unit.repeat(100).slice(0, PATH_PATTERN_MAX_CHARS - 1)}b`;
      const regexp = pathPatternToRegExp(pattern);
      const start = performance.now();
      for (const subject of ['a'.repeat(8000), 'a/'.repeat(4000), 'aaaaaaa/'.repeat(1000)])
        regexp.test(subject);
      const tookMs = performance.now() - start;
      assert.ok(tookMs < 500, `${tookMs} ms`);
    });
  }
});

describe('pathTest', () => {
  const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
  const cases: [name: string, patterns: string[], fits: string[], others: string[]][] = [
    [
      'composed and decomposed letters are the same',
      [composed, decomposed, `*/${composed}*`, `*/${decomposed}*`, `/a/${decomposed}`, '/a/CAF\u00c9'],
      [`a/${composed}.md`, `a/${decomposed}.md`, 'a/CAFE\u0301.md'],
      ['a/cafe.md'],
    ],
    [
      'half-width and full-width forms are the usual ones',
      ['ガイドABC', 'ｶﾞｲﾄﾞABC', 'カ\u3099イト\u3099ＡＢＣ', 'ガ**c', 'ｶﾞ*ＡＢＣ'],
      ['ガイドabc', 'ｶﾞｲﾄﾞＡＢＣ', 'x/カ\u3099イト\u3099abc'].map((path) =>
        path.includes('/') ? path : `x/${path}`,
      ),
      ['x/カイトabc'],
    ],
    [
      'a question mark is one composed character',
      ['caf?.???'],
      ['cafe\u0301.ｶﾞｲﾄﾞ', `${composed}.ガイド`],
      ['cafe\u0301.ｶﾞｲ', 'caf.ガイド'],
    ],
    [
      'syllables of Hangul',
      ['한글', '\u1112\u1161\u11ab\u1100\u1173\u11af'],
      ['한글', '\u1112\u1161\u11ab글'],
      ['하글'],
    ],
    ['a full-width slash separates nothing', ['a?b', 'a／b'], ['a／b'], ['a/b']],
    ['a full-width star is a character', ['a＊b'], ['a＊b', 'a*b'], ['axb']],
  ];
  for (const [name, patterns, fits, others] of cases) {
    for (const pattern of patterns) {
      it(`${name}: ${pattern}`, () => {
        const test = pathTest(pattern);
        assert.deepEqual([...fits.filter((path) => !test(path)), ...others.filter((path) => test(path))], []);
      });
    }
  }
});

describe('pathPatternToLucene', () => {
  const cases: [pattern: string, lucene: string][] = [
    ['1-', '.*1\\-.*'],
    ['/1', '1.*'],
    ['a', '.*[aA].*'],
    ['*.1', '(.*/)?[^/]*\\.1(/.*)?'],
    ['/1/**/2', '1\\/(.*/)?2(/.*)?'],
    ['1**2?/', '(.*/)?1.*2[^/]\\/.*'],
    ['"#@&<>~', '.*\\"\\#\\@\\&\\<\\>\\~.*'],
  ];
  for (const [pattern, lucene] of cases) {
    it(pattern, () => assert.equal(pathPatternToLucene(pattern), lucene));
  }
});
