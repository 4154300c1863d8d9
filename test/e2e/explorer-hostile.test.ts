import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {Page, Response} from 'playwright-core';
import {formatUrl, parseUrl} from '../../src/web/explorer/explorer-url.ts';
import {Browser} from '../support/browser.ts';
import {readTree} from '../support/git-facts.ts';
import {GitRig, type RigEntry} from '../support/git-rig.ts';
import {runCtr} from '../support/run-ctr.ts';
import {ServeRig} from '../support/serve-rig.ts';
import {describeWith} from '../support/servers/require.ts';

const RUN = "alert(1);fetch('/pwned')";
const NAMES: readonly (string | Buffer)[] = [
  '..',
  '.',
  '~..',
  '%2e%2e',
  '"><script>alert(1)</script>',
  "'onmouseover=alert(1) x='",
  '<img src=x onerror=alert(1)>.md',
  '{{7*7}}',
  'javascript:alert(1)',
  'new\nline\r\nSet-Cookie: a=b',
  'bell\x07 escape\x1b[31m',
  '\u202egnp.exe',
  'back\\slash',
  '-rf',
  'a?b#c&d=e;f',
  'trailing ',
  Buffer.from('latin\xe9\xff', 'latin1'),
  Buffer.from([0xef, 0xbe, 0x80, 0x41]),
  `${'long'.repeat(60)}.txt`,
  'constructor',
  '__proto__',
];
const REFS = [
  'refs/heads/<svg/onload=alert(1)>',
  'refs/heads/"onmouseover="alert(1)',
  "refs/heads/a'b&c",
  'refs/heads/--upload-pack=x',
  'refs/heads/a/tree/b/file/c',
  'refs/heads/%2e%2e/%3Cb%3E',
  'refs/heads/tree',
  'refs/tags/<script>alert(1)</script>',
  `refs/heads/${'deadbeef'.repeat(5)}`,
  'refs/x/"><b>',
];
const HTML = `<!doctype html><title>x</title><script>${RUN}</script><img src=x onerror="${RUN}">`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><script>${RUN}</script></svg>`;
const MARKDOWN = `---
title: "</th><script>${RUN}</script>"
<script>${RUN}</script>: x
---
# <script>${RUN}</script> heading
<script>${RUN}</script><style>body{display:none}</style>
<img src=x onerror="${RUN}"><svg onload="${RUN}"></svg><math><mtext></p><style><img src=x onerror=${RUN}></style>
[a](javascript:${encodeURIComponent(RUN)}) [b](  JaVaScRiPt:alert(1)) <a href="&#106;avascript:alert(1)">c</a>
[d](data:text/html,<script>alert(1)</script>) [e](vbscript:x) [f](//evil.example/x) ![g](https://evil.example/p.png)
<a href="x" onclick="${RUN}" style="position:fixed;inset:0" target=_blank id=main>h</a>
<form action=/pwned><button id=switch>x</button></form><iframe srcdoc="<script>${RUN}</script>"></iframe>
<base href="https://evil.example/"><meta http-equiv=refresh content="0;url=/pwned"><link rel=stylesheet href=/pwned>
<object data="/pwned"></object><embed src="/pwned"><video src="/pwned" autoplay></video><input autofocus onfocus="${RUN}">
<details open ontoggle="${RUN}">x</details><img srcset="/pwned 1x" src="../../../../pwned">
<b title='"><script>${RUN}</script>'>t</b>
\`\`\`html
<script>${RUN}</script>
\`\`\`
\`\`\`"><script>${RUN}</script>
x
\`\`\`
`;
const BOMB = `---
a: &a [x, x, x, x, x, x, x, x, x]
${'bcdefghij'
  .split('')
  .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`).join(', ')}]`)
  .join('\n')}
---
# Bomb
`;
const FILES: Readonly<Record<string, string | Buffer>> = {
  'page.html': HTML,
  'page.xhtml': `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>${RUN}</script></html>`,
  'picture.svg': SVG,
  'README.md': MARKDOWN,
  'bomb.md': BOMB,
  'deep.md': '> '.repeat(20_000) + '*'.repeat(20_000),
  'brackets.md': '['.repeat(50_000),
  'code.js': `const x = "</code></div><script>${RUN}</script>";\n`,
  'slow.ts': `${'/'.repeat(50_000)}${'<'.repeat(20_000)}\n`,
  'binary.html': Buffer.from(`\0${HTML}`),
  'binary.svg': Buffer.from(`\0${SVG}`),
  'gif.html': Buffer.from(`GIF89a/*\0${HTML}`),
  'paper.pdf': Buffer.from('%PDF-1.7\n\0'),
  'fake.png': Buffer.from(`\x89PNG\r\n\x1a\n\0${HTML}`, 'latin1'),
  'utf7.txt': `+ADw-script+AD4-${RUN}+ADw-/script+AD4-`,
  'line.txt': 'y'.repeat(1_900_000),
  'huge.txt': 'z'.repeat(100_000_000),
};

describeWith('browser', 'a hostile repository', () => {
  test('is browsed by a crawler: no script runs, nothing fails, headers are right', async () => {
    using rig = new GitRig();
    const main = hostileHistory(rig);
    const world = {env: rig.env, cwd: rig.gitDir};
    const installed = await runCtr(['install', rig.gitDir], world);
    assert.equal(installed.code, 0, installed.stderr);
    await using server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
    await using browser = await Browser.open({acceptDownloads: false});
    const crawler = new Crawler(await browser.context.newPage(), server.url);
    await crawler.crawl([
      '/',
      '/repo/search?q=alert',
      '/repo/search?q=alert&in=everything',
      `/repo/search?q=${encodeURIComponent('"><script>alert(1)</script>')}`,
      `/repo/search?q=${encodeURIComponent('path:"<img src=x onerror=alert(1)>"')}`,
      '/repo/find?name=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
      '/repo/compare?from=<script>alert(1)</script>&to=%22onfocus=alert(1)%20autofocus=',
      `/repo/compare?from=${main.parent}&to=main`,
      '/repo/branches?view=file&path=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
      '/repo/file/%3Cscript%3Ealert(1)%3C/script%3E',
      '/%3Cscript%3Ealert(1)%3C/script%3E',
      '/repo/history?author=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&grep=%22onfocus=alert(1)%20autofocus=',
      '/repo/history?since=%22%3E%3Cscript%3Ealert(1)%3C/script%3E',
      '/repo/history/README.md?after=%3Cscript%3Ealert(1)%3C/script%3E',
    ]);
    for (const {path, oid, type} of readTree(rig.gitDir, main.oid, ['-r'])) {
      if (type !== 'blob') continue;
      const url = formatUrl({repo: 'repo', revision: {family: 'head'}, view: 'raw', path});
      assert.ok(crawler.visited.has(url), `${url} was never linked to`);
      if (path === 'huge.txt') continue;
      const answer = await fetch(new URL(url, server.url));
      const bytes = Buffer.from(await answer.arrayBuffer());
      assert.deepEqual(bytes, rig.gitBytes(['cat-file', 'blob', oid]), path);
    }
    for (const name of REFS.filter((ref) => ref.startsWith('refs/heads/'))) {
      const revision = {family: 'branch', name: name.slice('refs/heads/'.length)} as const;
      const url = formatUrl({repo: 'repo', revision, view: 'tree', path: ''});
      assert.ok(crawler.visited.has(url), `${url} was never linked to`);
    }
    assert.ok(crawler.visited.size > 200, `${crawler.visited.size} pages`);
  });

  test('a file of 100 MB in one line shows its beginning at once, and an oid is never a branch', async () => {
    using rig = new GitRig();
    const {oid} = hostileHistory(rig);
    rig.setRef(`refs/heads/${oid}`, rig.commit({tree: {'README.md': 'not the permalink\n'}}));
    assert.equal((await runCtr(['install', rig.gitDir], {env: rig.env, cwd: rig.gitDir})).code, 0);
    await using server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
    const before = server.readPeakMemory();
    const page = await (await fetch(`${server.url}repo/file/huge.txt`)).text();
    assert.match(page, /too large to be searched and shown whole/);
    assert.ok(page.length < 100_000, `${page.length}`);
    assert.ok(server.readPeakMemory() - before < 60_000_000, 'the file was held whole');
    const permanent = await (await fetch(`${server.url}repo/r/${oid}/raw/README.md`)).text();
    assert.equal(permanent, MARKDOWN);
  });
});

/** Visits every link of every page that it finds, in the browser, and judges what comes back. */
class Crawler {
  readonly visited = new Set<string>();
  readonly #page: Page;
  readonly #origin: string;
  readonly #wrongs: string[] = [];

  constructor(page: Page, url: string) {
    this.#page = page;
    this.#origin = new URL(url).origin;
    page.on('dialog', (dialog) => {
      this.#wrongs.push(`${page.url()} ran a script: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('pageerror', (error) => this.#wrongs.push(`${page.url()}: ${error}`));
    page.on('console', (message) => {
      // The browser styles pictures by itself, and is not allowed to.
      const isPicture = /\/raw\/.*inline style/.test(`${page.url()} ${message.text()}`);
      if (!isPicture && /Content Security Policy|Refused/.test(message.text()))
        this.#wrongs.push(`${page.url()}: ${message.text()}`);
    });
    page.on('request', (request) => {
      const {origin, pathname} = new URL(request.url());
      if (origin !== this.#origin || pathname === '/pwned')
        this.#wrongs.push(`${page.url()} asked for ${request.url()}`);
    });
  }

  async crawl(starts: readonly string[]): Promise<void> {
    const queue = [...starts];
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
      if (this.visited.has(path) || !isWorthwhile(path)) continue;
      this.visited.add(path);
      queue.push(...(path.includes('/raw/') ? await this.#visitRaw(path) : await this.#visitPage(path)));
    }
    assert.deepEqual(this.#wrongs, []);
  }

  async #visitPage(path: string): Promise<string[]> {
    const answer = await this.#page.goto(this.#origin + path);
    assert.ok(answer);
    this.#judgeHeaders(path, answer);
    const links = await this.#page.evaluate(() =>
      [...document.querySelectorAll('a[href], img[src]')].map((element) => [
        element.getAttribute('href') ?? element.getAttribute('src') ?? '',
        (element as HTMLAnchorElement).href ?? (element as HTMLImageElement).src,
      ]),
    );
    for (const [written, resolved] of links) {
      if (written!.startsWith('#')) continue;
      if (/^https?:\/\//.test(written!) || written!.startsWith('mailto:')) continue;
      if (new URL(resolved!).pathname !== written!.split(/[?#]/)[0])
        this.#wrongs.push(`${path}: the browser makes ${resolved} of ${written}`);
    }
    const own = links
      .map(([written]) => written!)
      .filter((href) => href.startsWith('/') && !href.startsWith('//'));
    return own.map((href) => href.split('#')[0]!);
  }

  /** Opened like a page: what is not a download is shown, and must not run. */
  async #visitRaw(path: string): Promise<string[]> {
    const answer = await this.#page.context().request.get(this.#origin + path, {maxRedirects: 0});
    const headers = answer.headers();
    if (answer.status() === 200) {
      const isAttachment = headers['content-disposition']!.startsWith('attachment; ');
      const type = headers['content-type']!;
      if (!isAttachment && !/^text\/plain; charset=[\w-]+$|^image\/(?:png|gif|jpeg|webp)$/.test(type))
        this.#wrongs.push(`${path} is shown as ${type}`);
      if (headers['content-security-policy'] !== "default-src 'none'; sandbox")
        this.#wrongs.push(`${path}: ${headers['content-security-policy']}`);
      if (!isAttachment && !path.endsWith('huge.txt')) await this.#page.goto(this.#origin + path);
    }
    this.#judge(path, answer.status(), headers);
    return [];
  }

  #judgeHeaders(path: string, answer: Response): void {
    const headers = answer.headers();
    const isFeed = headers['content-type']?.startsWith('application/');
    const policy = headers['content-security-policy'] ?? '';
    if (!isFeed && !policy.startsWith("default-src 'none'; style-src 'self'; script-src 'self'"))
      this.#wrongs.push(`${path}: ${policy}`);
    this.#judge(path, answer.status(), headers);
  }

  #judge(path: string, status: number, headers: Readonly<Record<string, string>>): void {
    if (status >= 500) this.#wrongs.push(`${path}: ${status}`);
    if (headers['x-content-type-options'] !== 'nosniff') this.#wrongs.push(`${path} may be sniffed`);
    if ('set-cookie' in headers) this.#wrongs.push(`${path} sets a cookie`);
  }
}

/** All of the default branch, and the first page of other revisions. */
function isWorthwhile(path: string): boolean {
  const url = parseUrl(path.split('?')[0]!);
  // The lists of refs are the same for each path.
  if (url?.page === 'branches' || url?.page === 'tags') return !path.includes('?') || path.includes('script');
  if (url?.page !== 'place') return !path.startsWith('/-/');
  return url.readings.some(
    ({revision, path: below}) => revision.family === 'head' || (below === '' && isRef(revision.name)),
  );
}

function isRef(name: string): boolean {
  return [name, `refs/heads/${name}`].some((full) => REFS.includes(full)) || /^[0-9a-f]{40}$/.test(name);
}

function hostileHistory(rig: GitRig): {oid: string; parent: string} {
  const file = (name: string | Buffer, content: string | Buffer): RigEntry => ({
    mode: '100644',
    name,
    oid: rig.blob(content),
  });
  const named = NAMES.map((name) => file(name, `in ${name.toString('latin1')}\n`));
  const contents = Object.entries(FILES).map(([name, content]) => file(name, content));
  const inside = rig.tree([file('"><script>alert(1)</script>.html', HTML)]);
  const entries: RigEntry[] = [
    ...named,
    ...contents,
    {mode: '040000', name: '<b>directory</b>', oid: inside},
    {mode: '120000', name: 'link', oid: rig.blob('../../../etc/passwd')},
    {mode: '120000', name: 'script-link', oid: rig.blob('javascript:alert(1)')},
    {mode: '160000', name: 'module"><script>', oid: 'a'.repeat(40)},
  ];
  const sorted = entries.toSorted((a, b) => Buffer.compare(sortKey(a), sortKey(b)));
  const parent = rig.commit({
    tree: {'README.md': 'before\n', 'page.html': '<b>\n'},
    message: '<script>alert(1)</script>\n',
  });
  const oid = rig.commit({
    tree: rig.tree(sorted),
    parents: [parent],
    author: '"><script>alert(1)</script> <"onclick=alert(1)> 1700000000 +0200',
    message: `"><script>${RUN}</script>\n\n<img src=x onerror=${RUN}>\x07\x1b[31m\n`,
  });
  rig.setRef('refs/heads/main', oid);
  for (const ref of REFS) rig.setRef(ref, parent);
  return {oid, parent};
}

function sortKey({name, mode}: RigEntry): Buffer {
  return Buffer.concat([Buffer.from(name as string), Buffer.from(mode === '040000' ? '/' : '')]);
}
