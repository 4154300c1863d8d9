import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {headingsOf} from '../../../src/domain/headings.ts';
import {languageOf} from '../../../src/domain/languages.ts';

const of = (path: string, content: string) => headingsOf({path, content, language: languageOf(path)});

describe('headingsOf', () => {
  const cases: [name: string, path: string, content: string, headings: string[] | undefined][] = [
    ['nothing', 'a.md', '', undefined],
    ['headings of Markdown', 'a.md', '# One\n\ntext\n## Two ##\n\nThree\n-----\n', ['One', 'Two', 'Three']],
    ['as plain text', 'a.md', '# The `run` *command* [here](x)\n', ['The run command here']],
    ['not in code and comments', 'a.md', '```\n# no\n```\n<!--\n# no\n-->\n# yes\n', ['yes']],
    ['not the front matter', 'a.md', '---\ntitle: x\n---\n# One\n', ['One']],
    ['behind a byte order mark', 'a.md', '\ufeff# One\n', ['One']],
    ['each once', 'a.md', '# One\n# One\n', ['One']],
    [
      'TypeScript',
      'a.ts',
      'export const LIMIT = 5;\nexport default class RetryPolicy<T> extends Base {\n  const x = 1;\n}\n' +
        'interface Shape {\n}\nexport async function* readAll(path) {\n}\ntype Name = string;\ndeclare namespace A.B {}\n',
      ['LIMIT', 'RetryPolicy', 'Shape', 'readAll', 'Name', 'A.B'],
    ],
    [
      'Python',
      'a.py',
      'class A(B):\r\n    def get_name(self):\r\n    async def f(x): pass\r\n',
      ['A', 'get_name', 'f'],
    ],
    [
      'Go',
      'a.go',
      'func (s *Server) Serve(l net.Listener) error {\nfunc main() {\ntype Handler interface {\n',
      ['Serve', 'main', 'Handler'],
    ],
    [
      'Rust',
      'a.rs',
      'pub(crate) struct Point {\npub trait Draw {\n    pub fn draw(&self);\nmacro_rules! list {\npub const MAX: u8 = 1;\n',
      ['Point', 'Draw', 'draw', 'list', 'MAX'],
    ],
    [
      'C',
      'a.c',
      '#define MAX_SIZE 10\n# define ALIGN(x) x\nstruct node {\nenum color { RED };\nstruct node *next;\n',
      ['MAX_SIZE', 'ALIGN', 'node', 'color'],
    ],
    [
      'Java',
      'A.java',
      'public final class A implements B {\n  public enum E { X }\n  record P(int x) {}\n',
      ['A', 'E', 'P'],
    ],
    [
      'Kotlin, Ruby, PHP, Elixir',
      'a.kt',
      'data class P(val x: Int)\nfun String.shout() = 1\nfunction f($x) {\ndefmodule A.B do\n',
      ['P', 'String.shout', 'f', 'A.B'],
    ],
    ['names of other alphabets', 'a.py', 'def größe():\n', ['größe']],
    [
      'sentences define nothing',
      'a.py',
      'class of its own\n  type of the thing\nfunction that returns\nconst\n',
      undefined,
    ],
    ['data and prose define nothing', 'a.json', 'class A {\n', undefined],
    ['unknown files define nothing', 'a', 'class A {\n', undefined],
  ];
  for (const [name, path, content, headings] of cases)
    it(name, () => assert.deepEqual(of(path, content), headings));

  it('are bounded', () => {
    const many = of('a.ts', Array.from({length: 1000}, (_, i) => `class A${i} {}`).join('\n'))!;
    assert.equal(many.length, 200);
    const long = of('a.md', Array.from({length: 100}, (_, i) => `# ${i} ${'x'.repeat(300)}`).join('\n'))!;
    assert.ok(long.every((heading) => heading.length <= 256));
    assert.ok(long.join('').length <= 8192);
    assert.ok(long.length > 30);
  });

  it('take linear time of hostile lines', () => {
    const hostile = [
      'export ',
      ' ',
      '\t',
      'pub(',
      'class ',
      'class A.',
      'func (',
      'const ',
      '# ',
      '# define ',
      'a::',
      '\n',
      '* ',
    ];
    const took = (repeats: number) => {
      const started = process.cpuUsage();
      for (const text of hostile) for (const path of ['a.ts', 'a.md']) of(path, text.repeat(repeats));
      const {user, system} = process.cpuUsage(started);
      return user + system;
    };
    took(1000);
    const [one, eight] = [took(10_000), took(80_000)];
    assert.ok(eight < 40 * Math.max(one, 1000), `${one} µs, ${eight} µs`);
  });
});
