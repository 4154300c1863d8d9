import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {type FrontMatterField, findFrontMatter, readFrontMatter} from '../../../src/domain/front-matter.ts';

const yaml = (text: string): FrontMatterField[] => readFrontMatter(`---\n${text}\n---\nbody\n`).fields;
const toml = (text: string): FrontMatterField[] => readFrontMatter(`+++\n${text}\n+++\nbody\n`).fields;
const shown = (fields: FrontMatterField[]): string[] =>
  fields.map(({key, type, value}) => `${key} ${type} ${value}`);

describe('findFrontMatter', () => {
  const cases: [name: string, content: string, text: string | undefined, rest?: string][] = [
    ['none', 'a: 1\n', undefined],
    ['YAML', '---\na: 1\n---\nbody', 'a: 1\n', 'body'],
    ['YAML closed by three dots', '---\na: 1\n...\nbody', 'a: 1\n', 'body'],
    ['TOML', '+++\na = 1\n+++\nbody', 'a = 1\n', 'body'],
    ['with carriage returns', '---\r\na: 1\r\n---\r\nbody', 'a: 1\r\n', 'body'],
    ['behind a byte order mark', '\ufeff---\na: 1\n---\n', 'a: 1\n', ''],
    ['spaces behind the dashes', '---  \na: 1\n--- \nbody', 'a: 1\n', 'body'],
    ['empty', '---\n---\nbody', '', 'body'],
    ['closed at the end of the file', '---\na: 1\n---', 'a: 1\n', ''],
    ['not at the start', '\n---\na: 1\n---\n', undefined],
    ['not closed', '---\na: 1\n', undefined],
    ['JavaScript is none', '---js\na: 1\n---\n', undefined],
    ['JSON is none', '---json\n{}\n---\n', undefined],
    ['four dashes are none', '----\na: 1\n----\n', undefined],
    ['closed by the other kind is not closed', '---\na: 1\n+++\n', undefined],
    ['closed beyond 64 KB', `---\n${'#\n'.repeat(40_000)}---\n`, undefined],
  ];
  for (const [name, content, text, rest] of cases) {
    it(name, () => {
      const block = findFrontMatter(content);
      assert.equal(block?.text, text);
      assert.equal(block && content.slice(block.end), rest);
    });
  }
});

describe('readFrontMatter', () => {
  const cases: [name: string, fields: FrontMatterField[], expected: string[]][] = [
    ['strings', yaml('a: b\nc: "d e"'), ['a string b', 'c string d e']],
    ['numbers', yaml('a: 1\nb: -1.5\nc: 0x1F'), ['a number 1', 'b number -1.5', 'c number 31']],
    ['infinity is a string', yaml('a: .inf'), ['a string Infinity']],
    ['booleans, by YAML 1.2', yaml('a: true\nb: yes'), ['a boolean true', 'b string yes']],
    ['null', yaml('a:\nb: ~'), ['a null ', 'b null ']],
    ['dates', yaml('a: 2026-01-31\nb: "2026-01-31"'), ['a date 2026-01-31', 'b date 2026-01-31']],
    [
      'times in UTC',
      yaml('a: 2026-01-31T10:00:00+02:00\nb: 2026-01-31 10:00:00 -0130\nc: 2026-01-31T10:00:00Z'),
      [
        'a date 2026-01-31T08:00:00.000Z',
        'b date 2026-01-31T11:30:00.000Z',
        'c date 2026-01-31T10:00:00.000Z',
      ],
    ],
    ['times without an offset', yaml('a: 2026-01-31 10:00'), ['a date 2026-01-31T10:00']],
    [
      'days that are none',
      yaml('a: 2026-02-30\nb: 2026-13-01\nc: 2026-01-01T25:00:00Z'),
      ['a string 2026-02-30', 'b string 2026-13-01', 'c string 2026-01-01T25:00:00Z'],
    ],
    ['nested keys', yaml('a:\n  b:\n    c: d\n  e: f'), ['a.b.c string d', 'a.e string f']],
    [
      'lists',
      yaml('a: [b, 1]\nc:\n  - d: e\n  - d: f'),
      ['a string b', 'a number 1', 'c.d string e', 'c.d string f'],
    ],
    ['empty lists and maps', yaml('a: []\nb: {}'), []],
    ['a list at the top has no key', yaml('- a\n- b'), []],
    ['broken YAML', yaml('a: [b\nc: }'), []],
    ['aliases', yaml('a: &x [1]\nb: *x'), []],
    ['tags', yaml('a: !!js/function "function () {}"'), []],
    ['duplicate keys', yaml('a: 1\na: 2'), []],
    ['text between rules', yaml('Some text.\n\nMore: of: it'), []],
    [
      'prototype keys',
      yaml('__proto__:\n  polluted: 1\nconstructor: a\nb: 1'),
      ['__proto__.polluted number 1', 'constructor string a', 'b number 1'],
    ],
    ['keys that are no strings', yaml('1: a\ntrue: b'), ['1 string a', 'true string b']],
    ['lone surrogates', yaml('a: "\\ud800"'), ['a string \ufffd']],
    [
      'TOML',
      toml('a = "b"\nc = 1\nd = true\n[e]\nf = [1.5, "x"]'),
      ['a string b', 'c number 1', 'd boolean true', 'e.f number 1.5', 'e.f string x'],
    ],
    ['TOML’s great integers', toml('a = 9007199254740993'), ['a number 9007199254740993']],
    [
      'TOML’s dates',
      toml('a = 2026-01-31\nb = 2026-01-31T10:00:00+02:00\nc = 2026-01-31T10:00:00\nd = 10:00:00'),
      [
        'a date 2026-01-31',
        'b date 2026-01-31T08:00:00.000Z',
        'c date 2026-01-31T10:00:00.000',
        'd string 10:00:00.000',
      ],
    ],
    [
      'TOML’s prototype keys',
      toml('[__proto__]\npolluted = 1\n[constructor.prototype]\nx = 2'),
      ['__proto__.polluted number 1', 'constructor.prototype.x number 2'],
    ],
    ['broken TOML', toml('a = '), []],
  ];
  for (const [name, fields, expected] of cases) {
    it(name, () => {
      assert.deepEqual(shown(fields), expected);
      assert.equal(({} as {polluted?: unknown}).polluted, undefined);
    });
  }

  const titles: [name: string, content: string, title: string | undefined][] = [
    ['a title', '---\ntitle: " Hello "\n---\n', 'Hello'],
    ['in any case', '---\nTitle: Hello\n---\n', 'Hello'],
    ['a number for a title', '---\ntitle: 1984\n---\n', '1984'],
    ['an empty one is none', '---\ntitle:\n---\n', undefined],
    ['a nested one is none', '---\na:\n  title: x\n---\n', undefined],
    ['no front matter', 'title: x', undefined],
  ];
  for (const [name, content, title] of titles) {
    it(`title: ${name}`, () => assert.equal(readFrontMatter(content).title, title));
  }

  it('has bounds', () => {
    assert.equal(
      yaml(Array.from({length: 1000}, (_, index) => `k${index}: ${index}`).join('\n')).length,
      256,
    );
    assert.equal(yaml(`a: [${'1,'.repeat(1000)}]`).length, 256);
    assert.equal(yaml(`a: ${'x'.repeat(9000)}`)[0]?.value.length, 8191);
    assert.deepEqual(shown(yaml(`${'k'.repeat(257)}: 1\nb: 2`)), ['b number 2']);
    assert.equal(yaml(`${'k'.repeat(256)}: 1`).length, 1);
    const deep = Array.from({length: 200}, (_, index) => `t${index}`).join('.');
    assert.deepEqual(toml(`[${deep}]\nx = 1`), []);
  });

  const hostile: [name: string, content: string][] = [
    ['opening brackets', `---\na: ${'['.repeat(60_000)}\n---\n`],
    ['opening braces', `---\n${'{a: '.repeat(15_000)}\n---\n`],
    ['nested lists', `---\n${'- '.repeat(30_000)}\n---\n`],
    ['empty lists', `---\na: [${'[],'.repeat(20_000)}]\n---\n`],
    ['questions', `---\n${'? '.repeat(30_000)}\n---\n`],
    ['quotes', `---\n${'"'.repeat(60_000)}\n---\n`],
    ['spaces', `---\n${' '.repeat(60_000)}\n---\n`],
    ['dashes that close nothing', `---\n${`---${' '.repeat(60)}x\n`.repeat(900)}---\n`],
    ['TOML tables', `+++\n${'[a.'.repeat(20_000)}\n+++\n`],
    ['TOML brackets', `+++\na = ${'['.repeat(60_000)}\n+++\n`],
    ['TOML dots', `+++\n${'a.'.repeat(30_000)}a = 1\n+++\n`],
  ];
  for (const [name, content] of hostile) {
    it(`is soon done with many ${name}`, () => {
      const start = performance.now();
      assert.deepEqual(readFrontMatter(content).fields, []);
      const tookMs = performance.now() - start;
      assert.ok(tookMs < 1000, `${tookMs} ms`);
    });
  }

  it('never throws, and keeps its bounds', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a',
        ':',
        ' ',
        '\n',
        '- ',
        '[',
        ']',
        '{',
        '}',
        '"',
        '= ',
        '1',
        '&a',
        '*a',
        '#',
        '|',
        '__proto__',
      ),
      fc.string({unit: 'binary', maxLength: 3}),
    );
    fc.assert(
      fc.property(fc.constantFrom('---', '+++'), fc.array(piece, {maxLength: 40}), (mark, pieces) => {
        for (const {key, value} of readFrontMatter(`${mark}\n${pieces.join('')}\n${mark}\n`).fields) {
          assert.ok(key.isWellFormed() && value.isWellFormed() && key.length <= 256 && value.length <= 8191);
        }
      }),
      {numRuns: 3000},
    );
  });
});
