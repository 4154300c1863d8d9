import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {parseQuery} from '../../../src/domain/parse-query.ts';
import type {Clause} from '../../../src/domain/query.ts';
import {wordsOf} from '../../../src/domain/words.ts';
import {CtrError} from '../../../src/util/ctr-error.ts';

const words = (text: string, {isNegated = false, isPrefix = false} = {}): Clause => ({
  type: 'words',
  isNegated,
  text,
  isPrefix,
});
const path = (pattern: string, isNegated = false): Clause => ({type: 'path', isNegated, pattern});

describe('parseQuery', () => {
  const cases: [name: string, text: string, clauses: Clause[]][] = [
    ['one word', 'hello', [words('hello')]],
    ['words are clauses of their own', ' hello\t world\n', [words('hello'), words('world')]],
    ['a phrase is one clause', '"hello world"', [words('hello world')]],
    ['a phrase next to a word', '"a b"c', [words('a b'), words('c')]],
    ['a prefix', 'inter*', [words('inter', {isPrefix: true})]],
    ['a phrase with a prefix', '"hello wor"*', [words('hello wor', {isPrefix: true})]],
    ['a negated word', '-hello', [words('hello', {isNegated: true})]],
    ['a negated prefix', '-inter*', [words('inter', {isNegated: true, isPrefix: true})]],
    ['a negated phrase', '-"a b"', [words('a b', {isNegated: true})]],
    ['two dashes are no negation', '--force', [words('--force')]],
    ['a dash within a word', 'cherry-pick', [words('cherry-pick')]],
    ['quotes within a word are punctuation', 'say"hi', [words('say"hi')]],
    ['a star within quotes is punctuation', '"int *p"', [words('int *p')]],
    [
      'an unknown key is words',
      'http://x std::vector foo:bar',
      [words('http://x'), words('std::vector'), words('foo:bar')],
    ],
    ['a key within a word is words', 'content-type:x', [words('content-type:x')]],
    ['a quoted key is words', '"path:x"', [words('path:x')]],
    ['a path', 'path:docs', [path('docs')]],
    ['a quoted path', 'path:"my docs/*.md"', [path('my docs/*.md')]],
    ['a negated path', '-path:/src/**', [path('/src/**', true)]],
    ['keys in any case', 'PATH:docs', [path('docs')]],
    ['an extension', 'ext:ts', [{type: 'ext', isNegated: false, extension: 'ts'}]],
    ['an extension with its dot, in capitals', '-ext:.TS', [{type: 'ext', isNegated: true, extension: 'ts'}]],
    ['a language by name', 'lang:typescript', [{type: 'lang', isNegated: false, language: 'TypeScript'}]],
    ['a language by alias', 'lang:golang', [{type: 'lang', isNegated: false, language: 'Go'}]],
    ['a language by extension', 'lang:.rs', [{type: 'lang', isNegated: false, language: 'Rust'}]],
    ['a language with punctuation', '-lang:C++', [{type: 'lang', isNegated: true, language: 'C++'}]],
    [
      'a language in quotes',
      'lang:"jupyter notebook"',
      [{type: 'lang', isNegated: false, language: 'Jupyter Notebook'}],
    ],
    ['a type', 'type:lfs', [{type: 'kind', isNegated: false, kind: 'lfs'}]],
    ['letters of any script', '東京 größe', [words('東京'), words('größe')]],
    ['only what must not be there', '-a -path:b', [words('a', {isNegated: true}), path('b', true)]],
    ['lone surrogates are replaced', 'a\ud800', [words('a\ufffd')]],
    ['64 clauses', range(64).join(' '), range(64).map((word) => words(word))],
    ['equal words are one, however often', 'a '.repeat(100), [words('a')]],
    [
      'equal beginnings are one, whatever their dress',
      'Com* COM* "com"* côm*',
      [words('Com', {isPrefix: true})],
    ],
    [
      'equal filters are one',
      'ext:md -ext:md ext:.MD',
      [
        {type: 'ext', isNegated: false, extension: 'md'},
        {type: 'ext', isNegated: true, extension: 'md'},
      ],
    ],
    ['a word that case splits is another one', 'userName username', [words('userName'), words('username')]],
    ['a phrase of 64 words', `"${range(64).join(' ')}"`, [words(range(64).join(' '))]],
    [
      '8 beginnings',
      range(8, 10)
        .map((word) => `${word}*`)
        .join(' '),
      range(8, 10).map((word) => words(word, {isPrefix: true})),
    ],
    ['a beginning of one ideograph', '文*', [words('文', {isPrefix: true})]],
    ['a beginning whose last part is one letter', 'getU*', [words('getU', {isPrefix: true})]],
  ];
  for (const [name, text, clauses] of cases)
    it(name, () => assert.deepEqual(parseQuery(text).clauses, clauses));

  const refused: [name: string, text: string, message: RegExp, hint?: RegExp][] = [
    ['nothing', '', /the query is empty/],
    ['white space only', ' \n\t\u00a0', /the query is empty/],
    ['an open quote', 'a "b c', /quote is not closed: "b c/],
    ['an open quote in a filter', 'path:"b', /quote is not closed/],
    ['a filter without value', 'path: docs', /path: has no value/],
    ['a filter with an empty value', 'lang:""', /lang: has no value/],
    ['a dot for an extension', 'ext:.', /ext: has no value/],
    ['an extension with a dot within', 'ext:d.ts', /not an extension: d\.ts/, /path:\*\.d\.ts/],
    ['an unknown type', 'type:txt', /unknown type: txt/, /text, binary, symlink, submodule, lfs/],
    ['an unknown language', 'lang:typscript', /unknown language: typscript/, /TypeScript/],
    ['a language like none', 'lang:qqqqqqqq', /unknown language/, /ext:/],
    ['punctuation only', 'a ++', /no letter or digit in \+\+/],
    ['a minus alone', '-', /no letter or digit in -/],
    ['an empty phrase', '""', /no letter or digit in ""/],
    ['a star alone', '*', /no letter or digit in \*/],
    ['a star within a word', 'a*b', /only at the end of a word: a\*b/],
    ['a star before a word', '*ab', /only at the end of a word/],
    ['two stars', 'ab**', /only at the end of a word/],
    ['a star behind punctuation', 'foo-*', /only at the end of a word/],
    ['too many clauses', range(65).join(' '), /more than 64 clauses/, /fewer words/],
    ['too long a phrase', `"${'a '.repeat(65)}"`, /a phrase has more than 64 words/, /A part of it/],
    ['too long a phrase of ideographs', '文字'.repeat(33), /a phrase has more than 64 words/],
    ['too long a phrase of parts', 'aB'.repeat(65), /a phrase has more than 64 words/],
    [
      'too many words in phrases',
      range(3)
        .map((word) => `"${`${word} `.repeat(64)}"`)
        .join(' '),
      /more than 128 words/,
    ],
    [
      'too many beginnings',
      range(9, 10)
        .map((word) => `-${word}*`)
        .join(' '),
      /more than 8 beginnings/,
      /in full/,
    ],
    ['a beginning of one letter', 'x*', /fewer than 2 letters: x\*/, /more of the word/],
    ['a phrase that goes on with one letter', '"the f"*', /fewer than 2 letters: f\*/],
    [
      'too many path patterns',
      range(17)
        .map((word) => `path:${word}`)
        .join(' '),
      /more than 16 path patterns/,
    ],
    ['too many characters', 'a'.repeat(4097), /longer than 4096/],
    ['too long a path pattern', `path:${'a'.repeat(257)}`, /longer than 256/],
  ];
  for (const [name, text, message, hint = /./] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => parseQuery(text),
        (error) =>
          error instanceof CtrError &&
          error.code === 'QUERY' &&
          message.test(error.message) &&
          hint.test(error.hint!),
      );
    });
  }

  it('gives clauses that can be searched, or a QUERY error, for any text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '"',
        '-',
        '*',
        ':',
        ' ',
        'path:',
        'ext:',
        'lang:',
        'type:',
        'text',
        'c',
        '.',
        '/',
        '東',
      ),
      fc.string({unit: 'binary', maxLength: 4}),
    );
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 20}), (pieces) => {
        try {
          for (const clause of parseQuery(pieces.join('')).clauses) {
            if (clause.type === 'words') assert.ok(wordsOf(clause.text).length > 0);
          }
        } catch (error) {
          assert.ok(error instanceof CtrError && error.code === 'QUERY', String(error));
        }
      }),
      {numRuns: 1500},
    );
  });
});

/** So many different words. */
function range(count: number, from = 0): string[] {
  return Array.from({length: count}, (_, at) => String(from + at));
}
