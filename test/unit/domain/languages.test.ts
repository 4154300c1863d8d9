import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {languageNamed, languageOf, languagesNear} from '../../../src/domain/languages.ts';

describe('languageOf', () => {
  const cases: [path: string, language: string | undefined][] = [
    ['a.h', 'C'],
    ['a.ts', 'TypeScript'],
    ['a.d.ts', 'TypeScript'],
    ['README.md', 'Markdown'],
    ['a.m', 'Objective-C'],
    ['a.pl', 'Perl'],
    ['t/t0000.t', 'Perl'],
    ['a.sql', 'SQL'],
    ['a.v', 'Verilog'],
    ['a.R', 'R'],
    ['a.cs', 'C#'],
    ['a.rs', 'Rust'],
    ['a.php', 'PHP'],
    ['a.blade.php', 'Blade'],
    ['a.html', 'HTML'],
    ['.ci/a.yml', 'YAML'],
    ['a.yaml', 'YAML'],
    ['package.json', 'JSON'],
    ['src/Makefile', 'Makefile'],
    ['CMakeLists.txt', 'CMake'],
    ['go.mod', 'Go Module'],
    ['.bashrc', 'Shell'],
    ['a.txt', 'Text'],
    ['git.1', 'Roff'],
    ['README', undefined],
    ['a.c/README', undefined],
    ['a.', undefined],
    ['', undefined],
    ['__proto__', undefined],
    [`${'x.'.repeat(5000)}c`, 'C'],
  ];
  for (const [path, language] of cases) {
    it(path.length > 40 ? 'a long name' : `'${path}'`, () => assert.equal(languageOf(path), language));
  }
});

describe('languageNamed', () => {
  const cases: [text: string, language: string | undefined][] = [
    ['TypeScript', 'TypeScript'],
    ['typescript', 'TypeScript'],
    [' ts ', 'TypeScript'],
    ['.rs', 'Rust'],
    ['rs', 'Rust'],
    ['C++', 'C++'],
    ['c#', 'C#'],
    ['golang', 'Go'],
    ['bash', 'Shell'],
    ['jupyter notebook', 'Jupyter Notebook'],
    ['', undefined],
    ['.', undefined],
    ['constructor', undefined],
    ['nonsense', undefined],
  ];
  for (const [text, language] of cases) it(`'${text}'`, () => assert.equal(languageNamed(text), language));
});

describe('languagesNear', () => {
  const cases: [text: string, first: string | undefined][] = [
    ['typscript', 'TypeScript'],
    ['pyton', 'Python'],
    ['jav', 'Java'],
    ['kotln', 'Kotlin'],
    ['qqqqqqqq', undefined],
    ['', undefined],
    ['a'.repeat(5000), undefined],
  ];
  for (const [text, first] of cases) {
    it(`'${text.slice(0, 20)}'`, () => {
      assert.equal(languagesNear(text)[0], first);
      assert.ok(languagesNear(text).length <= 3);
    });
  }
});
