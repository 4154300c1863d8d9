import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {parseQuery} from '../../../../src/domain/query/parse-query.ts';
import type {Clause, Expression} from '../../../../src/domain/query/query.ts';
import {clausesOf} from '../../../../src/domain/query/query.ts';
import {wordsOf} from '../../../../src/domain/words.ts';
import {CtrError} from '../../../../src/util/ctr-error.ts';

const words = (text: string, {isPrefix = false} = {}): Clause => ({type: 'words', text, isPrefix});
const path = (pattern: string): Clause => ({type: 'path', pattern});
const ext = (extension: string): Clause => ({type: 'ext', extension});
const sub = (text: string, isCaseSensitive = false): Clause => ({type: 'substring', text, isCaseSensitive});
const regex = (pattern: string, isCaseSensitive = false): Clause => ({
  type: 'regex',
  pattern,
  isCaseSensitive,
});
const not = (of: Expression): Expression => ({type: 'not', of});
const any = (...of: Expression[]): Expression => ({type: 'any', of});
const all = (...of: Expression[]): Expression => ({type: 'all', of});

describe('parseQuery', () => {
  const cases: [name: string, text: string, parts: Expression[]][] = [
    ['one word', 'hello', [words('hello')]],
    ['words are clauses of their own', ' hello\t world\n', [words('hello'), words('world')]],
    ['a phrase is one clause', '"hello world"', [words('hello world')]],
    ['a phrase next to a word', '"a b"c', [words('a b'), words('c')]],
    ['a prefix', 'inter*', [words('inter', {isPrefix: true})]],
    ['a phrase with a prefix', '"hello wor"*', [words('hello wor', {isPrefix: true})]],
    ['a negated word', '-hello', [not(words('hello'))]],
    ['a negated prefix', '-inter*', [not(words('inter', {isPrefix: true}))]],
    ['a negated phrase', '-"a b"', [not(words('a b'))]],
    ['NOT', 'NOT hello', [not(words('hello'))]],
    ['NOT twice', 'NOT NOT hello NOT -x.y', [words('hello'), words('x.y')]],
    ['two dashes are no negation', '--force', [words('--force')]],
    ['a dash within a word', 'cherry-pick', [words('cherry-pick')]],
    ['a flag of one letter is no negation', 'git commit -m', [words('git'), words('commit'), words('-m')]],
    ['a negative number is no negation', 'x = -1', [words('x'), words('-1')]],
    ['an arrow is punctuation', 'ptr -> next', [words('ptr'), words('next')]],
    ['an arrow before a word', 'ptr ->next', [words('ptr'), words('->next')]],
    ['quotes within a word are punctuation', 'say"hi', [words('say"hi')]],
    ['a star within quotes is punctuation', '"int *p"', [words('int *p')]],
    ['stars elsewhere are punctuation', '**bold** *ptr', [words('**bold**'), words('*ptr')]],
    ['a star between words', 'a*b', [words('a*b')]],
    [
      'an unknown key is words',
      'http://x std::vector foo:bar',
      [words('http://x'), words('std::vector'), words('foo:bar')],
    ],
    ['a drive is words', 'C:\\temp F:x', [words('C:\\temp'), words('F:x')]],
    ['a file URL is words', 'file:///etc/hosts', [words('file:///etc/hosts')]],
    ['a key within a word is words', 'content-type:x', [words('content-type:x')]],
    ['a quoted key is words', '"path:x"', [words('path:x')]],
    ['a key without its value is a word', 'path: docs', [words('path:'), words('docs')]],
    ['a path', 'path:docs', [path('docs')]],
    ['a quoted path', 'path:"my docs/*.md"', [path('my docs/*.md')]],
    ['a negated path', '-path:/src/**', [not(path('/src/**'))]],
    ['braces', 'path:src/*.{ts,js}', [any(path('src/*.ts'), path('src/*.js'))]],
    ['two braces', 'path:{a,b}/{c,d}', [any(path('a/c'), path('a/d'), path('b/c'), path('b/d'))]],
    ['braces within quotes are literal', 'path:"{a,b}"', [path('{a,b}')]],
    ['keys in any case', 'PATH:docs', [path('docs')]],
    ['aliases', 'file:a f:b', [path('a'), path('b')]],
    ['a negated alias', '-file:a', [not(path('a'))]],
    [
      'a name',
      'name:*.md filename:x',
      [
        {type: 'name', pattern: '*.md'},
        {type: 'name', pattern: 'x'},
      ],
    ],
    ['an extension', 'ext:ts', [ext('ts')]],
    ['an extension with its dot, in capitals', '-ext:.TS', [not(ext('ts'))]],
    [
      'extensions: any of them',
      'a ext:ts b ext:js,mjs',
      [words('a'), any(ext('ts'), ext('js'), ext('mjs')), words('b')],
    ],
    ['extensions that are all excluded', '-ext:ts -ext:js', [not(ext('ts')), not(ext('js'))]],
    ['a language by name', 'lang:typescript', [{type: 'lang', language: 'TypeScript'}]],
    ['a language by alias', 'language:golang', [{type: 'lang', language: 'Go'}]],
    ['a language by extension', 'l:.rs', [{type: 'lang', language: 'Rust'}]],
    ['a language with punctuation', '-lang:C++', [not({type: 'lang', language: 'C++'})]],
    ['a language in quotes', 'lang:"jupyter notebook"', [{type: 'lang', language: 'Jupyter Notebook'}]],
    ['a type', 'type:lfs', [{type: 'kind', kind: 'lfs'}]],
    ['is', 'is:binary', [{type: 'kind', kind: 'binary'}]],
    ['is empty', 'is:empty', [{type: 'size', min: 0, max: 0}]],
    ['is unsearchable', 'is:unsearchable', [{type: 'unsearchable'}]],
    ['more than a size', 'size:>1mb', [{type: 'size', min: 1_000_001}]],
    ['at least a size', 'size:>=1.5kib', [{type: 'size', min: 1536}]],
    ['less than a size', 'size:<10', [{type: 'size', min: 0, max: 9}]],
    ['a range of sizes', 'size:1kb..2KB', [{type: 'size', min: 1000, max: 2000}]],
    ['one size', 'size:42b', [{type: 'size', min: 42, max: 42}]],
    ['a substring', 'sub:</script', [sub('</script')]],
    ['a substring in quotes', 'sub:"=> {"', [sub('=> {')]],
    ['a substring in single quotes', `sub:'say "hi"'`, [sub('say "hi"')]],
    ['a substring of spaces', 'sub:"  "', [sub('  ')]],
    ['a substring by its alias', 'content:x.y', [sub('x.y')]],
    ['a negated substring', '-sub:x', [not(sub('x'))]],
    ['a substring with its case', 'sub:X case:yes', [sub('X', true)]],
    ['a regular expression', '/fo+ b/', [regex('fo+ b')]],
    ['a regular expression with a slash', '/a\\/b/', [regex('a\\/b')]],
    ['a regular expression with its case', 'case:yes /A/', [regex('A', true)]],
    ['a negated regular expression', '-/a.b/', [not(regex('a.b'))]],
    ['a path of a file is words', '/usr/bin/env', [words('/usr/bin/env')]],
    ['a comment is words', '// TODO: x', [words('TODO:'), words('x')]],
    ['a division is punctuation', 'a / b / c', [words('a'), words('b'), words('c')]],
    ['OR', 'a OR b', [any(words('a'), words('b'))]],
    ['OR binds less than a space', 'a b OR c', [any(all(words('a'), words('b')), words('c'))]],
    ['parentheses', '(retry OR backoff) -test', [any(words('retry'), words('backoff')), not(words('test'))]],
    ['negated parentheses', '-(a b)', [not(all(words('a'), words('b')))]],
    ['parentheses in parentheses', '((a OR b) c)', [any(words('a'), words('b')), words('c')]],
    ['AND changes nothing', 'a AND b', [words('a'), words('b')]],
    ['or in lower case is a word', 'a or b', [words('a'), words('or'), words('b')]],
    ['OR in quotes is a word', '"OR"', [words('OR')]],
    ['pasted: a statement', 'const limit = 5;', [words('const'), words('limit'), words('5;')]],
    ['pasted: a condition', 'if (ready) {', [words('if'), words('ready')]],
    ['pasted: a function', 'x => x + 1', [words('x'), words('1')]],
    ['pasted: JSON', '{"type": "module"}', [words('{"type":'), words('module')]],
    [
      'pasted: a command',
      'git commit -m "first message"',
      [words('git'), words('commit'), words('-m'), words('first message')],
    ],
    ['pasted: an emoji', 'launch 🚀', [words('launch')]],
    ['pasted: a call', 'foo(bar, baz)', [words('foo(bar,'), words('baz)')]],
    ['pasted: an open call', 'foo( (a, {', [words('foo('), words('a,')]],
    ['pasted: YAML', 'type: module', [words('type:'), words('module')]],
    ['pasted: punctuation among words', 'a ++', [words('a')]],
    ['letters of any script', '東京 größe', [words('東京'), words('größe')]],
    ['only what must not be there', '-aa -path:b', [not(words('aa')), not(path('b'))]],
    ['lone surrogates are replaced', 'a\ud800', [words('a\ufffd')]],
    ['64 clauses', range(64).join(' '), range(64).map((word) => words(word))],
    ['equal words are one, however often', 'a '.repeat(100), [words('a')]],
    ['equal beginnings are one', 'Com* COM* "com"* côm*', [words('Com', {isPrefix: true})]],
    ['equal filters are one', 'ext:md -ext:md ext:.MD', [ext('md'), not(ext('md'))]],
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
  for (const [name, text, parts] of cases)
    it(name, () =>
      assert.deepEqual(parseQuery(text).expression, parts.length === 1 ? parts[0] : all(...parts)),
    );

  it('knows where to look, and how', () => {
    const {expression, scope, sort} = parseQuery(
      'a rev:v1 branch:b not-in:c added-since:d repo:x* -r:y sort:-size',
    );
    assert.deepEqual(expression, words('a'));
    assert.deepEqual(scope, {
      revisions: ['v1', 'b'],
      notIn: ['c'],
      addedSince: 'd',
      repositories: [
        {pattern: 'x*', isNegated: false},
        {pattern: 'y', isNegated: true},
      ],
    });
    assert.equal(sort, '-size');
    assert.deepEqual(parseQuery('only-in:a').scope.onlyIn, 'a');
  });

  it('notes what may have been meant otherwise', () => {
    assert.match(parseQuery('a*b').notes.join(), /only at the end of a word: a\*b/);
    assert.match(parseQuery('path: docs').notes.join(), /path: has no value/);
    assert.match(parseQuery('a case:yes').notes.join(), /case:yes has no effect/);
    assert.deepEqual(parseQuery('a bc* sub:c').notes, []);
  });

  const refused: [name: string, text: string, message: RegExp, hint?: RegExp][] = [
    ['nothing', '', /the query is empty/],
    ['white space only', ' \n\t\u00a0', /the query is empty/],
    ['an open quote', 'a "b c', /quote is not closed: "b c/],
    ['an open quote in a filter', 'path:"b', /quote is not closed/],
    ['a filter with an empty value', 'lang:""', /lang: has no value/],
    ['a dot for an extension', 'ext:.', /ext: has no value/],
    ['an extension with a dot within', 'ext:d.ts', /not an extension: d\.ts/, /path:\*\.d\.ts/],
    ['an unknown type', 'type:txt', /unknown type: txt/, /text, binary, symlink, submodule, lfs/],
    ['an unknown language', 'lang:typscript', /unknown language: typscript/, /TypeScript/],
    ['a language like none', 'lang:qqqqqqqq', /unknown language/, /ext:/],
    ['punctuation only', '++ => {', /no word, filter, substring or regular expression in \+\+ => \{/, /sub:/],
    ['a minus alone', '-', /no word, filter/],
    ['an empty phrase', '""', /no word, filter/],
    ['a star alone', '*', /no word, filter/],
    ['only how to sort', 'sort:path', /no word, filter/],
    ['OR without a left side', 'OR a', /OR has nothing on one side, at character 1/],
    ['OR without a right side', 'a OR', /OR has nothing on one side/],
    ['OR within empty parentheses', '(a OR )', /OR has nothing on one side/],
    ['an open parenthesis that matters', 'x (a OR b', /parenthesis is not closed, at character 3/],
    ['an open parenthesis that is negated', '-(a b', /parenthesis is not closed/],
    ['deep parentheses', `${'('.repeat(13)}a${')'.repeat(13)}`, /more than 12 parentheses/],
    ['4,096 parentheses', '('.repeat(4096), /more than 12 parentheses/],
    [
      'a wrong regular expression',
      'x /a(b/',
      /not a regular expression, at character 3: missing closing \)/,
      /RE2/,
    ],
    ['look-around', '/(?=a)/', /not a regular expression/, /no look-around/],
    ['a back-reference', '/(a)\\1/', /not a regular expression/],
    ['repeated repetitions', '/((a{100}){100}){100}/', /not a regular expression/],
    ['a name with a slash', 'name:a/b', /a name holds no slash/, /path:a\/b/],
    ['a wrong size', 'size:big', /not a size: big, at character 1/, /size:>1mb/],
    ['an empty range of sizes', 'size:2kb..1kb', /no size is in/],
    ['an unknown is', 'is:nice', /is: knows no nice/, /empty/],
    ['an unknown order', 'a sort:random', /unknown order: random, at character 3/, /relevance/],
    ['an unknown case', 'a case:maybe', /case: is yes or no/],
    ['what commits have', 'author:ada', /author: is about commits/, /ctr log/],
    ['a revision in parentheses', '(a rev:x)', /rev: cannot stand in parentheses/],
    ['a negated revision', 'a -rev:x', /rev: cannot be negated/, /not-in:/],
    ['two orders', 'a sort:path sort:size', /sort: stands twice/],
    ['too many braces', `path:${'{a,b}'.repeat(5)}`, /more than 16 patterns/],
    [
      'too many texts',
      range(17)
        .map((text) => `sub:${text}`)
        .join(' '),
      /more than 16 substrings/,
    ],
    ['too long a substring', `sub:${'a'.repeat(1025)}`, /longer than 1024/],
    [
      '64 alternatives of beginnings',
      range(64, 10)
        .map((word) => `${word}*`)
        .join(' OR '),
      /more than 8 beginnings/,
    ],
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
        .map((word) => `-a${word}*`)
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
        'sub:',
        'OR ',
        '(',
        ')',
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
          for (const {clause} of clausesOf(parseQuery(pieces.join('')).expression)) {
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
