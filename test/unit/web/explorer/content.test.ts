import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {openHighlighter, splitMarkup} from '../../../../src/web/explorer/content/highlight.ts';
import {renderMarkdown, resolvePath} from '../../../../src/web/explorer/content/markdown.ts';
import {cutForShow} from '../../../../src/web/explorer/content/shown-text.ts';
import {foldersOf} from '../../../../src/web/explorer/pages/search-facets.ts';

const TARGETS = {page: (path: string) => `/page/${path}`, image: (path: string) => `/image/${path}`};
const render = async (text: string) => (await renderMarkdown(text, TARGETS))?.trim();

describe('renderMarkdown', () => {
  const cases: [title: string, text: string, markup: string][] = [
    ['headings have ids of their own', '# Hé "you" 1\n', '<h1 id="md-hé-you-1">Hé "you" 1</h1>'],
    [
      'relative links and pictures',
      '[a](b/c.md?x#d) ![p](q.png)',
      '<p><a href="/page/b/c.md#md-d">a</a> <img alt="p" src="/image/q.png" /></p>',
    ],
    ['links within', '[a](#b)', '<p><a href="#md-b">a</a></p>'],
    [
      'links to elsewhere',
      '<https://x.org/?a&b>',
      '<p><a href="https://x.org/?a&amp;b" rel="nofollow noopener noreferrer">https://x.org/?a&amp;b</a></p>',
    ],
    [
      'pictures from elsewhere are links',
      '![p](https://x.org/p.png)',
      '<p><a href="https://x.org/p.png" rel="nofollow noopener noreferrer">p</a></p>',
    ],
    [
      'a linked badge leads where the link does',
      '[![npm](https://x.org/npm.svg)](https://npm.example/p) [![][ci]][to]\n\n[ci]: https://x.org/ci.svg\n[to]: https://ci.example',
      '<p><a href="https://npm.example/p" rel="nofollow noopener noreferrer"><span>npm</span></a> <a href="https://ci.example" rel="nofollow noopener noreferrer"><span>picture</span></a></p>',
    ],
    [
      'a linked badge in HTML, whatever is around the picture',
      '<a href="https://npm.example"><b><img src="https://x.org/a.svg" title="npm"></b></a>',
      '<p><a href="https://npm.example" rel="nofollow noopener noreferrer"><b><span>npm</span></b></a></p>',
    ],
    [
      'a linked picture of the revision has words',
      '[![](img/logo.png)](docs/) <a href="x.md"><h2><img src="q.png" alt="q"></h2></a>',
      '<p><a href="/page/docs/"><img alt="logo.png" src="/image/img/logo.png" /></a> <a href="/page/x.md"><h2><img alt="q" src="/image/q.png" /></h2></a></p>',
    ],
    [
      'a linked badge in a table',
      '| a |\n|---|\n| [![b](//x.org/b.svg)](c.md) |',
      '<table tabindex="0">\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td><a href="/page/c.md"><span>b</span></a></td>\n</tr>\n</tbody>\n</table>',
    ],
    [
      'a drawing, which pages do not show, is a link to it',
      '![arch](docs/a.svg?raw=true) ![](b.svg) [![c](c.svg)](d.md)',
      '<p><a href="/page/docs/a.svg">arch</a> <a href="/page/b.svg">b.svg</a> <a href="/page/d.md"><span>c</span></a></p>',
    ],
    [
      'a link within a link is text, and a link without words is nothing',
      '<a href="a.md">one <a href="b.md">two</a></a> [](c.md) <a name="d"></a>[e](f.md)',
      '<p><a href="/page/a.md">one <span>two</span></a>  <a></a><a href="/page/f.md">e</a></p>',
    ],
    [
      'an id of a heading has no addresses in it',
      '# Title [![npm](https://x.org/npm.svg)](https://npm.example) `a.b`',
      '<h1 id="md-title--ab">Title <a href="https://npm.example" rel="nofollow noopener noreferrer"><span>npm</span></a> <code>a.b</code></h1>',
    ],
    ['scripts', '<script>alert(1)</script>', ''],
    ['handlers', '<img src=x onerror=alert(1)>', '<img alt="" src="/image/x" />'],
    [
      'script links',
      '<a href=" java\nscript:alert(1)">a</a>',
      '<p><a rel="nofollow noopener noreferrer">a</a></p>',
    ],
    ['data links', '<a href="data:text/html,x">a</a>', '<p><a rel="nofollow noopener noreferrer">a</a></p>'],
    [
      'hosts without a scheme',
      '<img src="\\\\x.org/p">',
      '<a rel="nofollow noopener noreferrer">picture</a>',
    ],
    ['frames, forms and styles', '<iframe src=x></iframe><form><input></form><style>*{}</style>', ''],
    [
      'ids cannot be those of the page',
      '<div id="main" style="x" class="top">a</div>',
      '<div id="md-main">a</div>',
    ],
    [
      'code is highlighted',
      '```js\nlet a;\n```',
      '<pre tabindex="0"><code class="language-js"><span class="hljs-keyword">let</span> a;\n</code></pre>',
    ],
    ['code of nothing known', '```<b>\n<i>\n```', '<pre tabindex="0"><code>&lt;i&gt;\n</code></pre>'],
  ];
  for (const [title, text, markup] of cases) {
    test(title, async () => assert.equal(await render(text), markup));
  }

  test('what is too long is not rendered', async () => {
    assert.equal(await render('a '.repeat(200_000)), undefined);
  });

  test('after a document that takes very long, the next one is rendered', async () => {
    for (const hard of [
      '['.repeat(100_000),
      '> '.repeat(50_000),
      '<div>'.repeat(30_000),
      '*a_'.repeat(60_000),
    ]) {
      await renderMarkdown(hard, TARGETS);
      assert.equal(await render('*a*'), '<p><em>a</em></p>');
    }
  });
});

describe('resolvePath', () => {
  const cases: [from: string, target: string, path: string][] = [
    ['docs/a.md', 'b.md', 'docs/b.md'],
    ['docs/a.md', './x/../b.md', 'docs/b.md'],
    ['docs/a.md', '../b.md', 'b.md'],
    ['docs/a.md', '../../../b.md', 'b.md'],
    ['docs/a.md', '/b.md', 'b.md'],
    ['a.md', 'dir/', 'dir'],
  ];
  for (const [from, target, path] of cases) {
    test(`${target} in ${from}`, () => assert.equal(resolvePath(from, target), path));
  }
});

describe('highlighting', () => {
  test('lines are whole in themselves', () => {
    assert.deepEqual(splitMarkup('<span class="a">x\n<span class="b">y\n</span></span>z'), [
      '<span class="a">x</span>',
      '<span class="a"><span class="b">y</span></span>',
      '<span class="a"><span class="b"></span></span>z',
    ]);
  });

  test('everything is escaped', async () => {
    const highlight = await openHighlighter('TypeScript');
    assert.equal(
      highlight('"<script>&"'),
      '<span class="hljs-string">&quot;&lt;script&gt;&amp;&quot;</span>',
    );
  });

  test('a language has the grammar of its name, of another of its names, or of one like it', async () => {
    const code = 'if x = "y" then 1';
    for (const language of ['Ada', 'ApacheConf', 'Common Lisp', 'Shell', 'ShellSession', 'TSX', 'Vim script'])
      assert.match((await openHighlighter(language))(code) ?? '', /x/, language);
  });

  test('languages without a grammar, and names that are none, are shown plainly', async () => {
    for (const language of ['Brainfuck', '../core', 'constructor', undefined]) {
      assert.equal((await openHighlighter(language))('x'), undefined);
    }
  });
});

describe('cutForShow', () => {
  test('short texts are whole', () => {
    assert.deepEqual(cutForShow('a\r\nb'), {text: 'a\nb', lines: ['a', 'b'], isCut: false});
  });

  test('of long lines and long texts the beginning', () => {
    const long = cutForShow('x'.repeat(10_000_000));
    assert.ok(long.isCut && long.text.length <= 5000);
    const many = cutForShow('a\n'.repeat(20_000));
    assert.ok(many.isCut);
    assert.equal(many.lines.length, 10_000);
  });
});

test('foldersOf sums directories up to the first part, or to the first one below', () => {
  const facet = [
    {value: 'src/a', count: 2},
    {value: 'docs', count: 3},
    {value: 'src/b/c', count: 4},
    {value: '', count: 9},
  ];
  assert.deepEqual(foldersOf(facet, undefined), [
    {value: 'src', count: 6},
    {value: 'docs', count: 3},
  ]);
  assert.deepEqual(foldersOf(facet, 'src'), [
    {value: 'src/b', count: 4},
    {value: 'src/a', count: 2},
  ]);
});
