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

describe('languageOf a script', () => {
  const cases: [start: string, language: string | undefined][] = [
    ['#!/usr/bin/env python3\n', 'Python'],
    ['#!/bin/sh', 'Shell'],
    ['#! /bin/bash -eu\r\nset -x\r\n', 'Shell'],
    ['#!/usr/bin/env -S node --flag\n', 'JavaScript'],
    ['#!/usr/bin/env -S NODE_ENV=test node\n', 'JavaScript'],
    ['#!/usr/bin/env\tperl -w\n', 'Perl'],
    ['#!/usr/bin/python3.12\n', 'Python'],
    ['#!/usr/local/bin/ruby2.7 -w\n', 'Ruby'],
    ['#!/opt/tcl/bin/tclsh8.6\n', 'Tcl'],
    ['#!/usr/bin/Rscript --vanilla\n', 'R'],
    ['#!/usr/bin/awk -f\n', 'Awk'],
    ['#!/usr/bin/make -f\n', 'Makefile'],
    ['#!python\n', 'Python'],
    ['#!/usr/bin/env\nnode\n', undefined],
    ['#!/bin/unknown\n', undefined],
    ['#!/bin/__proto__\n', undefined],
    ['#!\n/bin/sh\n', undefined],
    ['#!', undefined],
    [' #!/bin/sh\n', undefined],
    ['# !/bin/sh\n', undefined],
    ['\n#!/bin/sh\n', undefined],
    ['', undefined],
    [`#!/${'x'.repeat(254)} sh`, undefined],
  ];
  for (const [start, language] of cases) {
    it(JSON.stringify(start.slice(0, 40)), () => assert.equal(languageOf('bin/run', start), language));
  }
  it('a name that says the language counts more', () =>
    assert.equal(languageOf('a.py', '#!/bin/sh\n'), 'Python'));
  it('a name that says nothing does not', () =>
    assert.equal(languageOf('a.unknown', '#!/bin/sh\n'), 'Shell'));
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
