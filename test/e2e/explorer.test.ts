import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {test} from 'node:test';
import {decodePath} from '../../src/domain/path.ts';
import {formatBytes} from '../../src/util/format.ts';
import {formatUrl, type Place, type View} from '../../src/web/explorer/explorer-url.ts';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {changesOf, codeOf, commitsOf, entriesOf, hrefsOf, mainOf, textOf} from '../support/explorer-html.ts';
import {readTree} from '../support/git-facts.ts';
import {GitRig} from '../support/git-rig.ts';
import {runCtr} from '../support/run-ctr.ts';
import {ServeRig} from '../support/serve-rig.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const LFS = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 123456789\n`;

test('a path in a query keeps its bytes', async () => {
  await using rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.installWithoutHook();
  await using server = await serve(rig);
  const [tags] = hrefsOf(mainOf(await pageOf(server, '/repo/branches?view=file&path=b%20c%2Fcaf%E9'))).filter(
    (href) => href.includes('/tags?'),
  );
  for (const url of ['/repo/branches?path=b+c/caf%E9&view=file', tags!.replace('/tags', '/branches')]) {
    const hrefs = hrefsOf(mainOf(await pageOf(server, url)));
    assert.ok(hrefs.includes('/repo/branches/main/file/b%20c/caf%E9'), `${url}: ${hrefs}`);
  }
});

describeBackends('the explorer', (backend) => {
  test('shows one commit the same by all its names, and as Git has it', async () => {
    await using rig = await explorerRig(backend);
    await using server = await serve(rig);
    for (const branch of ['main', 'feature/x']) {
      const commit = rig.git('rev-parse', branch);
      const families: Place['revision'][] = [
        {family: 'branch', name: branch},
        {family: 'revision', name: commit},
        {family: 'revision', name: `refs/heads/${branch}`},
        ...(branch === 'main'
          ? [{family: 'head'} as const, {family: 'revision', name: 'v1.0'} as const]
          : []),
      ];
      const [walk, ...others] = await Promise.all(families.map(async (family) => walkFamily(server, family)));
      assert.ok(walk!.size > 60, `${walk!.size} pages`);
      for (const other of others) assert.deepEqual(other, walk);
      await assertEqualsGit(rig, server, {family: families[0]!, commit});
    }
  });

  test('shows every commit and every comparison as Git does', async () => {
    await using rig = await explorerRig(backend);
    await using server = await serve(rig);
    for (const oid of rig.git('rev-list', '--all').split('\n')) {
      const shown = changesOf(await pageOf(server, `/repo/commit/${oid}`));
      const parent = rig.git('rev-list', '--parents', '--max-count=1', oid).split(' ')[1];
      assert.deepEqual(shown, gitChanges(rig, parent, oid), oid);
    }
    const page = await pageOf(server, '/repo/compare?from=v0.1&to=feature%2Fx');
    assert.deepEqual(changesOf(page), gitChanges(rig, 'v0.1', 'feature/x'));
    const commits = hrefsOf(mainOf(page)).flatMap((href) => /\/commit\/(\w+)$/.exec(href)?.[1] ?? []);
    assert.deepEqual([...new Set(commits)], rig.git('rev-list', 'v0.1..feature/x').split('\n'));
  });

  test('finds by words, in a branch and in every version ever', async () => {
    await using rig = await explorerRig(backend);
    await using server = await serve(rig);
    const found = async (url: string) =>
      [...mainOf(await pageOf(server, url)).matchAll(/<section class="box hit" aria-label="([^"]*)"/g)].map(
        ([, path]) => path,
      );
    assert.deepEqual(await found('/repo/search?q=petrichor'), ['src/a.ts']);
    assert.deepEqual(await found('/repo/branches/feature/x/search?q=gloaming'), ['docs/x.md']);
    assert.deepEqual(await found('/repo/search?q=gloaming'), []);
    assert.deepEqual(await found('/repo/search?q=gloaming&in=everything'), ['docs/x.md']);
    const grouped = mainOf(await pageOf(server, '/repo/search?q=gloaming&in=everything'));
    assert.match(textOf(grouped), /2 versions of 1 file \(/);
    const each = hrefsOf(grouped).find((href) => href.includes('each='))!;
    assert.deepEqual(await found(each), ['docs/x.md', 'docs/x.md']);
    assert.deepEqual(await found('/repo/search?q=firstword'), []);
    assert.deepEqual(await found('/repo/search?q=firstword&in=everything'), ['docs/guide.md']);
    assert.deepEqual(await found('/repo/search?q=abandoned&in=everything'), [], 'no ref reaches it any more');
    assert.deepEqual(await found('/repo/search?q=rebased&in=everything'), ['docs/rebased.md']);

    for (const [url, offers] of [
      ['/repo/search?q=gloaming', {'feature/x': 1, 'Every version ever': 1}],
      ['/repo/search?q=firstword', {'v0.1': 1, 'Every version ever': 1}],
      ['/repo/search?q=petri', {'Words that begin so': 1}],
      ['/repo/search?q=gloam', {'Words that begin so': 1}],
      ['/repo/search?q=gloam&in=everything', {'Words that begin so': 1}],
      ['/repo/search?q=nowhere', {}],
      ['/repo/search?q=%22gloaming+nowhere%22', {}],
    ] as const) {
      const markup = mainOf(await pageOf(server, url));
      const [section = ''] = /<section class="notice".*?<\/section>/s.exec(markup) ?? [];
      const links = [...section.matchAll(/<a href="([^"]*)">(.*?)<\/a>/g)];
      assert.deepEqual(
        links.map(([, , text]) => textOf(text!)),
        Object.keys(offers),
        url,
      );
      if (links.length === 0) assert.match(textOf(markup), /No version of any file matches/, url);
      // What is offered finds something.
      for (const href of hrefsOf(section)) assert.ok((await found(href)).length > 0, href);
    }

    const page = mainOf(await pageOf(server, '/repo/search?q=path:docs'));
    assert.match(textOf(page), /Markdown 2/);
    assert.match(textOf(page), /Not found by words: 2 binary\./);
    const narrower = hrefsOf(page).find((href) => href.includes('lang%3AMarkdown'));
    assert.deepEqual((await found(narrower!)).toSorted(), ['docs/guide.md', 'docs/rebased.md']);

    const elsewhere = await ask(server, '/repo/search?q=gloaming&in=refs%2Fheads%2Ffeature%2Fx');
    assert.equal(elsewhere.headers.get('location'), '/repo/branches/feature/x/search?q=gloaming');
    const bad = await ask(server, '/repo/search?q=%22open');
    assert.equal(bad.status, 400);
    assert.match(textOf(await bad.text()), /the quote is not closed/);
  });

  test('says where what is missing exists, and leads from short names to whole ones', async () => {
    await using rig = await explorerRig(backend);
    await using server = await serve(rig);
    const main = rig.git('rev-parse', 'main');
    const answers: [url: string, status: number, tells: string][] = [
      ['/repo/file/docs/x.md', 404, 'href="/repo/branches/feature/x/file/docs/x.md"'],
      ['/repo/raw/docs/x.md', 404, 'href="/repo/branches/feature/x/file/docs/x.md"'],
      ['/repo/tree/only-x', 404, 'href="/repo/branches/feature/x/tree/only-x"'],
      ['/repo/file/old.txt', 404, 'href="/repo/history/old.txt"'],
      ['/repo/file/never', 404, 'No branch and no tag has it'],
      ['/repo/branches/nope/tree/docs', 404, 'no branch'],
      ['/repo/r/v9', 404, 'no branch, tag or commit'],
      ['/repo/commit/ffffffff', 404, 'no branch, tag or commit'],
      ['/nobody', 404, 'no such page'],
      ['/repo/nonsense', 404, 'no such page'],
      ['/repo/file/100%', 404, 'no such page'],
      ['/repo/compare?from=main&to=nope', 404, 'nope'],
      ['/repo/file/docs', 302, '/repo/tree/docs'],
      ['/repo/tree/README.md', 302, '/repo/file/README.md'],
      [`/repo/r/${main.slice(0, 7)}/file/README.md?plain=1`, 302, `/repo/r/${main}/file/README.md?plain=1`],
      [`/repo/commit/${main.slice(0, 7)}`, 302, `/repo/commit/${main}`],
    ];
    for (const [url, status, tells] of answers) {
      const answer = await ask(server, url);
      assert.equal(answer.status, status, url);
      const said = status === 302 ? answer.headers.get('location')! : await answer.text();
      assert.ok(said.includes(tells), `${url}: ${said}`);
      assert.doesNotMatch(said, /\n\s+at \w/);
    }
  });

  test('raw bytes: tags, ranges, types', async () => {
    await using rig = await explorerRig(backend);
    await using server = await serve(rig);
    const main = rig.git('rev-parse', 'main');
    for (const [path, whole] of [
      ['docs/logo.png', PNG],
      ['README.md', Buffer.from(`${rig.git('show', 'main:README.md')}\n`)],
    ] as const) {
      const url = `/repo/r/${main}/raw/${path}`;
      const answer = await ask(server, url);
      const etag = answer.headers.get('etag')!;
      assert.deepEqual(Buffer.from(await answer.arrayBuffer()), whole);
      assert.match(answer.headers.get('cache-control')!, /immutable/);
      assert.equal(answer.headers.get('content-length'), String(whole.length));
      const head = await ask(server, url, {method: 'HEAD'});
      assert.equal(head.headers.get('content-length'), String(whole.length));
      assert.equal((await ask(server, url, {headers: {'if-none-match': etag}})).status, 304);
      const part = await ask(server, url, {headers: {range: 'bytes=5-14', 'if-range': etag}});
      assert.equal(part.status, 206);
      assert.equal(part.headers.get('content-range'), `bytes 5-14/${whole.length}`);
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(5, 15));
      const changed = await ask(server, url, {headers: {range: 'bytes=5-14', 'if-range': '"other"'}});
      assert.equal(changed.status, 200);
      await changed.arrayBuffer();
      assert.equal((await ask(server, url, {headers: {range: 'bytes=9999-'}})).status, 416);
      const moving = await ask(server, `/repo/raw/${path}`);
      assert.doesNotMatch(moving.headers.get('cache-control')!, /immutable/);
      await moving.arrayBuffer();
    }
    const page = await ask(server, '/repo');
    await page.text();
    const etag = page.headers.get('etag')!;
    assert.equal((await ask(server, '/repo', {headers: {'if-none-match': etag}})).status, 304);
  });

  test('a feed of a branch, and every file kind has its page', async () => {
    await using rig = await explorerRig(backend);
    await using server = await serve(rig);
    const feed = await ask(server, '/repo/branches/feature/x/feed');
    assert.equal(feed.headers.get('content-type'), 'application/atom+xml; charset=utf-8');
    const atom = await feed.text();
    const base = `${server.url}repo/branches/feature/x`;
    for (const view of ['feed', 'history']) assert.ok(atom.includes(`href="${base}/${view}"`), atom);
    for (const href of hrefsOf(atom)) assert.ok(href.startsWith(server.url), href);
    const headers = {'x-forwarded-proto': 'https', 'x-forwarded-host': 'code.example'};
    const proxied = await (await ask(server, '/repo/feed', {headers})).text();
    for (const href of hrefsOf(proxied)) assert.ok(href.startsWith('https://code.example/repo/'), href);
    const ids = [...atom.matchAll(/<id>urn:git:(\w+)<\/id>/g)].map(([, oid]) => oid);
    assert.deepEqual(ids, rig.git('rev-list', '--max-count=30', 'feature/x').split('\n'));
    const says: [path: string, text: string][] = [
      ['module', 'This is a submodule'],
      ['big.iso', 'kept in Git LFS (123 MB)'],
      ['link', 'symbolic link to docs/guide.md'],
      ['docs/logo.png', ''],
      ['docs/paper.pdf', 'This is a binary file (application/pdf)'],
      ['empty', 'This file is empty'],
      ['latin1.txt', 'déjà vu'],
      ['docs/guide.md', 'Weather'],
    ];
    for (const [path, text] of says) {
      const page = textOf(mainOf(await pageOf(server, `/repo/file/${path}`)));
      assert.ok(page.includes(text), `${path}: ${page}`);
    }
    const guide = mainOf(await pageOf(server, '/repo/branches/feature/x/file/docs/guide.md'));
    assert.match(guide, /<th scope="row">title<\/th><td>Weather<\/td>/);
    assert.match(guide, /src="\/repo\/branches\/feature\/x\/raw\/docs\/logo\.png"/);
    assert.match(guide, /href="\/repo\/branches\/feature\/x\/file\/src\/a\.ts"/);
    assert.match(guide, /<span class="hljs-keyword">const<\/span>/);
    const readme = mainOf(await pageOf(server, '/repo'));
    assert.match(readme, /<h1 id="md-the-project">The project<\/h1>/);
  });
});

test('what is only read says so to every other method', async () => {
  await using rig = await explorerRig('embedded');
  await using server = await serve(rig, '--base-path', '/code');
  const style = /href="\/code(\/-\/[^"]*\.css)"/.exec(await pageOf(server, '/'))![1]!;
  const paths = [
    '/',
    '/repo',
    '/repo/file/README.md',
    '/repo/raw/README.md',
    '/repo/feed',
    '/repo/search?q=a',
  ];
  for (const path of [
    ...paths,
    '/repo.git',
    '/repo/compare',
    '/nobody',
    style,
    '/healthz',
    '/readyz',
    '/metrics',
  ]) {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const answer = await ask(server, path, {method});
      assert.deepEqual(
        [answer.status, answer.headers.get('allow')],
        [405, 'GET, HEAD, OPTIONS'],
        `${method} ${path}`,
      );
      await answer.text();
    }
    const options = await ask(server, path, {method: 'OPTIONS'});
    assert.deepEqual([options.status, options.headers.get('allow')], [204, 'GET, HEAD, OPTIONS'], path);
    const [got, head] = [await ask(server, path), await ask(server, path, {method: 'HEAD'})];
    assert.deepEqual([head.status, await head.text()], [got.status, ''], path);
    await got.arrayBuffer();
  }
});

test('long histories: the last change of each entry, and all pages of a history', async () => {
  using rig = new GitRig();
  rig.fastImport(longHistory(700));
  const world = {env: rig.env, cwd: rig.gitDir};
  assert.equal((await runCtr(['install', rig.gitDir], world)).code, 0);
  await using server = await ServeRig.start([rig.gitDir], world);
  for (const directory of ['', 'docs']) {
    const shown = entriesOf(await pageOf(server, `/repo/tree/${directory}`));
    const wanted = shown.map(({path}) => rig.git('log', '--max-count=1', '--format=%H', 'main', '--', path));
    assert.deepEqual(
      shown.map(({commit}) => commit),
      wanted,
    );
    assert.ok(new Set(wanted).size >= 3);
  }
  const listed: string[] = [];
  let next: string | undefined = '/repo/history/docs';
  for (let first = true; next !== undefined; first = false) {
    const page: string = await pageOf(server, next);
    listed.push(...commitsOf(page));
    next = hrefsOf(mainOf(page)).find((href) => href.includes('?after='));
    // The branch moves on after the first page; the others do not.
    if (first) {
      rig.setRef('refs/heads/main', rig.git('rev-parse', 'main~100'));
      assert.equal((await runCtr(['sync'], world)).code, 0);
      rig.setRef('refs/heads/keep', listed[0]!);
      assert.equal((await runCtr(['sync'], world)).code, 0);
    }
  }
  assert.deepEqual(listed, rig.git('log', '--format=%H', 'keep', '--', 'docs').split('\n'));
});

test('pages stand under a base path, and a backend that is down is told', async () => {
  await using rig = await explorerRig('embedded');
  await using server = await serve(rig, '--base-path', '/code');
  const page = await pageOf(server, '/repo/tree/docs');
  for (const href of hrefsOf(page)) assert.match(href, /^(?:\/code\/|#)/, href);
  for (const href of new Set(hrefsOf(page).filter((target) => target.startsWith('/')))) {
    const answer = await fetch(new URL(href, server.url));
    assert.equal(answer.status, 200, href);
    await answer.arrayBuffer();
  }
  const env = {
    ...rig.env,
    CTR_INDEX_URL: 'http://127.0.0.1:9',
    CTR_INDEX_NAME: 'x',
    CTR_INDEX_TIMEOUT_MS: '500',
  };
  await using down = await ServeRig.start([rig.gitDir], {env, cwd: rig.root});
  const answer = await ask(down, '/repo');
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /does not answer/);
});

function serve(rig: CtrRig, ...args: string[]): Promise<ServeRig> {
  return ServeRig.start([rig.gitDir, ...args], {env: rig.env, cwd: rig.root});
}

/** An answer as it is, redirects too. `path`: behind the base path. */
function ask(server: ServeRig, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(server.url.replace(/\/$/, '') + path, {redirect: 'manual', ...init});
}

async function pageOf(server: ServeRig, path: string): Promise<string> {
  const answer = await ask(server, path);
  const text = await answer.text();
  assert.equal(answer.status, 200, `${path}: ${text}`);
  return text;
}

/** Every page below a revision, by its address without the revision's name, which its links lack as well. */
async function walkFamily(server: ServeRig, revision: Place['revision']): Promise<Map<string, string>> {
  const root = formatUrl({repo: 'repo', revision, view: 'tree', path: ''});
  const seen = new Map<string, string>();
  const queue = [root];
  const isOurs = (href: string) =>
    href === root ||
    /^\/(?:tree|file|raw|history|where)(?:[/?]|$)/.test(href.startsWith(root) ? href.slice(root.length) : '');
  const enqueued = new Set(queue);
  for (let href = queue.shift(); href !== undefined; href = queue.shift()) {
    const answer = await ask(server, href);
    const isPage = answer.headers.get('content-type')?.startsWith('text/html');
    const body = Buffer.from(await answer.arrayBuffer());
    const text = isPage ? mainOf(body.toString()) : body.toString('latin1');
    seen.set(href.slice(root.length), `${answer.status} ${isPage ? withoutFamily(text, root) : text}`);
    for (const link of isPage ? hrefsOf(text) : []) {
      const target = link.split('#')[0]!;
      if (!isOurs(target) || enqueued.has(target)) continue;
      enqueued.add(target);
      queue.push(target);
    }
  }
  return seen;
}

/** Links to other branches say their names whichever page they are on. */
function withoutFamily(text: string, root: string): string {
  const lists = /<section class="also".*?<\/section>|<ul class="(?:refs|commits)">.*?<\/ul>/gs;
  const named = text.replace(lists, (list) => list.replace(/href="[^"]*"/g, ''));
  return named
    .replaceAll(`"${root}"`, '"BASE"')
    .replaceAll(new RegExp(`"${root}/(?=(?:tree|file|raw|history|where)[/?"])`, 'g'), '"BASE/');
}

async function assertEqualsGit(
  rig: CtrRig,
  server: ServeRig,
  {family, commit}: {family: Place['revision']; commit: string},
): Promise<void> {
  const urlOf = (view: View, path: string) => formatUrl({repo: 'repo', revision: family, view, path});
  const all = readTree(rig.gitDir, commit, ['-r', '-t']);
  for (const {path: directory} of [{path: ''}, ...all.filter(({type}) => type === 'tree')]) {
    const shown = entriesOf(await pageOf(server, urlOf('tree', directory)));
    const wanted = all.filter(({path}) => directoryOf(path) === directory);
    const rows = wanted.map(({path, type, sizeBytes}) => ({
      view: type === 'tree' ? 'tree' : 'file',
      path,
      commit: gitLog(rig, commit, path)[0],
      size: sizeBytes === null ? '' : formatBytes(sizeBytes),
    }));
    assert.deepEqual(
      shown.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      rows.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      directory,
    );
    assert.deepEqual(
      commitsOf(await pageOf(server, urlOf('history', directory))),
      gitLog(rig, commit, directory),
    );
  }
  for (const {path, oid, type} of all.filter((entry) => entry.type === 'blob')) {
    const raw = await ask(server, urlOf('raw', path));
    const bytes = gitBytes(rig, ['cat-file', type, oid]);
    assert.deepEqual(Buffer.from(await raw.arrayBuffer()), bytes, path);
    assert.deepEqual(commitsOf(await pageOf(server, urlOf('history', path))), gitLog(rig, commit, path));
    const code = codeOf(await pageOf(server, `${urlOf('file', path)}?plain=1`));
    if (code.length > 0 && path !== 'latin1.txt')
      assert.equal(code.join('\n'), bytes.toString().replace(/\n$/, ''), path);
  }
}

function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function gitBytes(rig: CtrRig, args: readonly string[]): Buffer {
  const {stdout} = spawnSync('git', [`--git-dir=${rig.gitDir}`, ...args], {env: rig.env, maxBuffer: 2 ** 30});
  return stdout;
}

/** Commits that changed the path against every parent. */
function gitLog(rig: CtrRig, commit: string, path: string): string[] {
  const about = path === '' ? [] : ['--no-merges', '--', `:(literal)${path}`];
  const output = gitBytes(rig, ['log', '--full-history', '--format=%H', commit, ...about])
    .toString()
    .trim();
  return output === '' ? [] : output.split('\n');
}

function gitChanges(rig: CtrRig, parent: string | undefined, oid: string) {
  const from = parent ?? gitBytes(rig, ['hash-object', '-t', 'tree', '/dev/null']).toString().trim();
  const args = ['diff', '-z', '-M100%', '--minimal'];
  const statuses = gitBytes(rig, [...args, '--name-status', from, oid])
    .toString()
    .split('\0')
    .slice(0, -1);
  const counts = gitBytes(rig, [...args, '--numstat', from, oid])
    .toString()
    .split('\0')
    .slice(0, -1);
  const names: Record<string, string> = {
    A: 'added',
    D: 'deleted',
    M: 'modified',
    T: 'modified',
    R: 'renamed',
  };
  const changes: {status: string; path: string; added: number; removed: number}[] = [];
  for (let at = 0, count = 0; at < statuses.length; at += 2) {
    const [added, removed] = counts[count]!.split('\t').map((number) =>
      number === '-' ? 0 : Number(number),
    );
    const isRenamed = statuses[at]!.startsWith('R');
    // A renamed file has two names in both listings.
    if (isRenamed) at++;
    count += isRenamed ? 3 : 1;
    const letter = statuses[isRenamed ? at - 1 : at]![0]!;
    changes.push({
      status: names[letter]!,
      path: decodePath(Buffer.from(statuses[at + 1]!)),
      added: added!,
      removed: removed!,
    });
  }
  return changes;
}

/** Many commits to one file of a directory; others were changed long ago, some of them longer than a page can tell. */
function longHistory(commits: number): string {
  let script = '';
  for (let n = 0; n < commits; n++) {
    const paths = ['docs/hot.md'];
    if (n === 0) paths.push('docs/coldest.md', 'LICENSE', 'docs/deep/er.md');
    if (n === 5) paths.push('docs/cold.md');
    if (n === commits - 40) paths.push('docs/warm.md', 'README.md');
    if (n === commits - 300) paths.push('docs/cool.md');
    const data = `${n}\n`;
    script += `commit refs/heads/main\ncommitter A <a@e.org> ${1_700_000_000 + n} +0000\ndata ${data.length}\n${data}\n`;
    script += paths.map((path) => `M 644 inline ${path}\ndata ${data.length}\n${data}\n`).join('');
  }
  return script;
}

/** A repository with everything that people and Git put into one. */
async function explorerRig(backend: Backend): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  rig.commit('first', {
    'README.md': '# The project\n\nSee [the guide](docs/guide.md).\n',
    'docs/guide.md': 'firstword\n',
    'old.txt': 'goes away\n',
    'src/deep/er/b.py': 'def b(): pass\n',
    'src/moved.ts': 'export const moved = 1;\n',
  });
  rig.git('tag', 'v0.1');
  rig.commit('second: <b>&"\'</b>', {
    'docs/guide.md':
      '---\ntitle: Weather\ntags: [a, b]\n---\n# Weather\n\n![logo](logo.png) [code](../src/a.ts)\n\n```ts\nconst a = 1;\n```\n',
    'docs/logo.png': PNG,
    'docs/paper.pdf': Buffer.from('%PDF-1.4\n\0binary'),
    'src/a.ts': 'export const petrichor = "<script>alert(1)</script>";\n\n// ünïcödé\n',
    'old.txt': undefined,
    'a b/c+d%20#?.txt': 'odd name\n',
    'big.iso': LFS,
    empty: '',
    'open-end': 'no line feed',
    'latin1.txt': Buffer.from('latin d\xe9j\xe0 vu, une cr\xe8me br\xfbl\xe9e\n', 'latin1'),
  });
  const module = rig.git('rev-parse', 'HEAD');
  rig.git('update-index', '--add', '--cacheinfo', `160000,${module},module`);
  const target = rig.gitInput(['hash-object', '-w', '--stdin'], 'docs/guide.md');
  rig.git('update-index', '--add', '--cacheinfo', `120000,${target},link`);
  rig.git('commit', '--quiet', '--message', 'a link and a module\n\nWith a body.');
  rig.git('checkout', '--quiet', '--force', 'HEAD');

  rig.git('checkout', '--quiet', '-b', 'feature/x');
  rig.git('mv', 'src/moved.ts', 'src/elsewhere.ts');
  rig.commit('moves', {'docs/x.md': 'gloaming\n', 'only-x/y': 'y\n'});
  rig.commit('changes', {'open-end': 'no line feed\n', 'docs/x.md': 'gloaming\nand more\n'});

  rig.git('checkout', '--quiet', 'main');
  rig.commit('abandoned', {'docs/gone.md': 'abandoned\n', 'docs/rebased.md': 'rebased\n'});
  await rig.installWithoutHook();
  rig.push('--all');
  await rig.sync();
  rig.git('reset', '--quiet', '--hard', 'HEAD~1');
  rig.git('checkout', '--quiet', '-b', 'side');
  rig.commit('on the side', {'docs/rebased.md': 'rebased\n'});
  rig.git('checkout', '--quiet', 'main');
  rig.commit('on main', {'src/a.ts': 'export const petrichor = 2;\n'});
  rig.merge('side');
  rig.git('tag', '--annotate', '--message', 'one', 'v1.0');
  rig.push('--all');
  rig.push('--tags');
  await rig.sync();
  return rig;
}
