import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {readFrontMatter} from '../../../src/domain/front-matter.ts';
import {titleOf} from '../../../src/domain/title.ts';

const title = (path: string, content: string): string | undefined =>
  titleOf({path, content, fields: readFrontMatter(content).fields});

describe('titleOf', () => {
  const cases: [name: string, path: string, content: string, expected: string | undefined][] = [
    ['front matter first', 'a.md', '---\ntitle: Front\n---\n# Heading\n', 'Front'],
    ['front matter of any text', 'a.rst', '---\ntitle: Front\n---\n', 'Front'],
    ['front matter without a title', 'a.md', '---\na: 1\n---\n# Heading\n', 'Heading'],
    ['a comment in front matter is no heading', 'a.md', '---\n# no\n---\n# Heading\n', 'Heading'],
    ['a heading', 'a.md', 'text\n\n## Second level\n# First\n', 'Second level'],
    ['with a byte order mark', 'a.md', '\ufeff# A\n', 'A'],
    ['with carriage returns', 'a.md', '# A b\r\n', 'A b'],
    ['with closing marks', 'a.md', '# A ##\n', 'A'],
    ['with a mark that belongs to it', 'a.md', '# C#\n', 'C#'],
    ['an empty heading is skipped', 'a.md', '#\n# #\n# A\n', 'A'],
    ['no space, no heading', 'a.md', '#A\n', undefined],
    ['underlined', 'a.md', 'A title\n=======\n', 'A title'],
    ['underlined with dashes', 'a.md', 'A title\n---\n', 'A title'],
    ['a rule is no underline', 'a.md', 'text\n\n---\n\n- item\n---\n', undefined],
    ['code is no heading', 'a.md', '```sh\n# no\n```\n# A\n', 'A'],
    ['code within longer fences', 'a.md', '````\n```\n# no\n````\n# A\n', 'A'],
    ['a comment is no heading', 'a.md', '<!-- \n# no\n-->\n# A\n', 'A'],
    [
      'markup is taken out',
      'a.md',
      '# The `x` of **[y](z "t")** ![p](q) <b>c</b> &amp; d\\_e f_g\n',
      'The x of y c & d_e f_g',
    ],
    ['white space is one space', 'a.md', '#  A \t b  \n', 'A b'],
    ['AsciiDoc', 'a.adoc', ':toc:\n\n= Title\n== Section\n', 'Title'],
    ['AsciiDoc in two lines', 'git-add.asc', 'git-add(1)\n==========\n\nNAME\n----\n', 'git-add(1)'],
    ['AsciiDoc code is no heading', 'a.adoc', '----\n= no\n----\n= Title\n', 'Title'],
    ['HTML', 'a.html', '<html><head><title>\n A &amp; B\n</title></head><h1>C</h1>', 'A & B'],
    ['HTML without a title', 'a.html', '<h2>no</h2><h1 class="x">A <em>b</em></h1>', 'A b'],
    ['HTML with an empty title', 'a.htm', '<title></title><h2>A</h2>', 'A'],
    ['HTML comments', 'a.html', '<!-- <title>no</title> --><TITLE>A</TITLE>', 'A'],
    ['HTML headers are no headings', 'a.html', '<header>no</header><h1>A</h1>', 'A'],
    ['a program has no title', 'a.py', '# A\n', undefined],
    ['nothing in nothing', 'a.md', '', undefined],
    ['not beyond 64 KB', 'a.md', `${'x\n'.repeat(40_000)}# A\n`, undefined],
    ['at most 512 characters', 'a.md', `# ${'x'.repeat(1000)}\n`, 'x'.repeat(512)],
    ['no half characters', 'a.md', `# x${'😀'.repeat(400)}\n`, `x${'😀'.repeat(255)}`],
  ];
  for (const [name, path, content, expected] of cases) {
    it(name, () => assert.equal(title(path, content), expected));
  }

  it('is soon done with hostile text, and keeps its bounds', () => {
    const pieces = [
      '#',
      '# ',
      '[',
      '](',
      '<',
      '<!--',
      '_',
      '*',
      '`',
      '\n',
      ' ',
      '= ',
      '<h1',
      '<title>',
      '&#',
      '====\n',
      'a',
    ];
    const start = performance.now();
    for (const piece of pieces) {
      for (const path of ['a.md', 'a.adoc', 'a.html']) {
        for (const head of ['', '# ', 'a\n', '<title>'])
          title(path, head + piece.repeat(70_000 / piece.length));
      }
    }
    const tookMs = performance.now() - start;
    assert.ok(tookMs < 5000, `${tookMs} ms`);
    fc.assert(
      fc.property(
        fc.constantFrom('a.md', 'a.adoc', 'a.html'),
        fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({unit: 'binary', maxLength: 2}))),
        (path, parts) => {
          const found = title(path, parts.join('').toWellFormed());
          assert.ok(found === undefined || (found !== '' && found.length <= 512 && found.isWellFormed()));
        },
      ),
      {numRuns: 2000},
    );
  });
});
