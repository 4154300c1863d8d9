import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {parseUrl} from '../../src/web/explorer/explorer-url.ts';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {entriesOf, hrefsOf, mainOf, textOf} from '../support/explorer-html.ts';
import {manyFiles, manyFilesPath, manyRefs, wideFolder} from '../support/large-repositories.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

describe('the finder, among 40,000 files', () => {
  let large: Large;
  before(async () => {
    const odd = ['pages/common/tar.md', 'docs/caf\u00e9.md', 'docs/cafe\u0301 au lait.md'];
    large = await open('embedded', manyFiles(40_000, Object.fromEntries(odd.map((path) => [path, 'odd\n']))));
  });
  after(() => large[Symbol.asyncDispose]());

  test('a path typed in full is the first hit, whatever its case', async () => {
    for (const path of ['pages/common/tar.md', ...[0, 7, 39_999].map(manyFilesPath)]) {
      assert.equal((await find(large, path)).paths[0], path);
      assert.equal((await find(large, path.toUpperCase())).paths[0], path);
    }
  });

  test('a part of a path, a name, letters of it, a pattern', async () => {
    for (const typed of ['common/tar', 'tar', 'tar.md', 'pgcomtar', '*/common/*', 'pages/common/t*']) {
      assert.deepEqual((await find(large, typed)).paths[0], 'pages/common/tar.md', typed);
    }
    assert.deepEqual((await find(large, 'cafe')).paths.slice(0, 2), [
      'docs/caf\u00e9.md',
      'docs/cafe\u0301 au lait.md',
    ]);
    assert.deepEqual((await find(large, 'CAFÉ AU')).paths[0], 'docs/cafe\u0301 au lait.md');
    assert.deepEqual((await find(large, 'no such file')).paths, []);
  });

  test('lists at most 100, in a few kilobytes, and says how many there are', async () => {
    for (const typed of ['', 'file', 'md']) {
      const {paths, count, bytes} = await find(large, typed);
      assert.equal(paths.length, 100);
      assert.match(count, /^40,00[03] files, the first 100 shown$/);
      assert.ok(bytes < 20_000, `${bytes} bytes`);
    }
    assert.equal((await find(large, 'tar.md')).count, '1 file');
  });
});

describeBackends('a folder of 3,000 files', (backend) => {
  let large: Large;
  before(async () => {
    large = await open(backend, wideFolder({files: 3000, folders: 30}));
  });
  after(() => large[Symbol.asyncDispose]());

  test('is browsed to its end, folders first, at one commit, back and forth', async () => {
    const {rig} = large;
    const commit = rig.git('--git-dir', rig.gitDir, 'rev-parse', 'main');
    const inGit = rig
      .git('--git-dir', rig.gitDir, 'ls-tree', '-d', '--name-only', 'main', 'wide/')
      .split('\n');
    const folders = inGit.toSorted();
    const all = rig.git('--git-dir', rig.gitDir, 'ls-tree', '--name-only', 'main', 'wide/').split('\n');
    const files = all.filter((path) => !folders.includes(path)).toSorted();
    const pages = [...(await walk(large, '/repo/tree/wide', 'next'))];
    assert.deepEqual(
      pages.flatMap(({markup}) => entriesOf(markup).map(({path}) => path)),
      [...folders, ...files],
    );
    for (const {href} of pages.slice(1)) assert.ok(href.startsWith(`/repo/r/${commit}/tree/wide?`), href);
    assert.match(textOf(pages[1]!.markup), /1,001 to 2,000 of 3,031 entries/);
    assert.match(pages[0]!.markup, /A wide folder/);
    const back = await walk(large, pages.at(-1)!.href, 'prev');
    assert.deepEqual(
      back.map(({markup}) => entriesOf(markup)).toReversed(),
      pages.map(({markup}) => entriesOf(markup)),
    );
    // Each entry says its last change, on the last page as on the first.
    for (const entry of pages.flatMap(({markup}) => entriesOf(markup))) assert.equal(entry.commit, commit);
  });

  test('has no page that is none', async () => {
    const {app} = large.web;
    for (const bad of ['-1', 'x', '1e3', '9999999999', 'abc.1']) {
      const answer = await app.request(`http://localhost/repo/tree/wide?after=${bad}`);
      assert.equal(answer.status, 400, bad);
    }
    const beyond = await pageOf(large, '/repo/tree/wide?after=5000');
    assert.deepEqual(entriesOf(beyond), []);
    assert.match(textOf(beyond), /none of 3,031 entries/);
  });

  test('is listed by the API in pages, plain and recursive', async () => {
    const {rig, web} = large;
    for (const [query, args] of [
      ['', []],
      ['&recursive=true', ['-r']],
    ] as const) {
      const wanted = rig.git('--git-dir', rig.gitDir, 'ls-tree', ...args, '--name-only', 'main', 'wide/');
      const listed: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const more: string = cursor && `&cursor=${cursor}`;
        const answer: Json = await web.json(`/repo/head/tree/wide?limit=700${query}${more}`);
        listed.push(...answer['entries'].map(({path}: Json) => path));
        cursor = answer['nextCursor'] as string | null;
      }
      assert.deepEqual(listed, wanted.split('\n'));
    }
  });
});

describeBackends('1,500 branches and 300 tags', (backend) => {
  let large: Large;
  before(async () => {
    large = await open(backend, manyRefs({branches: 1500, tags: 300}));
  });
  after(() => large[Symbol.asyncDispose]());

  const namesIn = ({rig}: Large, ...args: string[]) =>
    rig.git('--git-dir', rig.gitDir, 'for-each-ref', '--format=%(refname:short)', ...args).split('\n');

  test('are all reached from page to page: branches by date, tags by version, newest first', async () => {
    const branches = namesIn(large, '--sort=-committerdate', 'refs/heads').filter((name) => name !== 'main');
    const tags = namesIn(large, '--sort=-v:refname', 'refs/tags');
    const shown = async (page: string) =>
      (await walk(large, `/repo/${page}`, 'next')).flatMap(({markup}) =>
        refsOf(markup).map(({name}) => name),
      );
    assert.deepEqual(await shown('branches'), ['main', ...branches]);
    assert.deepEqual(await shown('tags'), tags);
    assert.deepEqual(await shown('refs'), ['main', ...branches, ...tags]);
    assert.ok(tags.indexOf('v0.10.0') < tags.indexOf('v0.2.0'));
  });

  test('say the date, subject and author of the commit, and how far they are from the default branch', async () => {
    const {rig} = large;
    const git = (...args: string[]) => rig.git('--git-dir', rig.gitDir, ...args);
    for (const [page, filter] of [
      ['branches', 'topic/1234'],
      ['tags', 'v0.7.0'],
      ['branches', 'main'],
    ] as const) {
      const [row] = refsOf(await pageOf(large, `/repo/${page}?filter=${filter}`));
      assert.equal(row!.name, filter);
      const [date, subject, author, oid] = git(
        'log',
        '-1',
        '--format=%cI%n%s%n%an%n%h',
        '--abbrev=8',
        filter,
      ).split('\n');
      for (const fact of [subject, author, oid])
        assert.ok(row!.text.includes(fact!), `${row!.text}: ${fact}`);
      assert.ok(row!.markup.includes(`datetime="${date}"`), row!.markup);
      const [behind, ahead] = git('rev-list', '--left-right', '--count', `main...${filter}`)
        .split('\t')
        .map(Number);
      assert.equal(/(\d+) ahead/.exec(row!.text)?.[1] ?? '0', String(ahead));
      assert.equal(/(\d+) behind/.exec(row!.text)?.[1] ?? '0', String(behind));
    }
  });

  test('are found by their names: the very name first, then those that hold it, then letters', async () => {
    const found = async (path: string) => refsOf(await pageOf(large, path)).map(({name}) => name);
    assert.equal((await found('/repo/refs?filter=topic/7'))[0], 'topic/7');
    assert.equal((await found('/repo/branches?filter=refs/heads/topic/7'))[0], 'topic/7');
    assert.equal((await found('/repo/refs?filter=V0.3.0'))[0], 'v0.3.0');
    assert.deepEqual(await found('/repo/branches?filter=tpc1499'), ['topic/1499']);
    assert.deepEqual(await found('/repo/tags?filter=topic'), []);
    const pages = await walk(
      large,
      '/repo/branches?filter=topic/1&view=file&path=a.txt&at=refs/heads/main',
      'next',
    );
    const rows = pages.flatMap(({markup}) => refsOf(markup));
    assert.equal(new Set(rows.map(({name}) => name)).size, rows.length);
    assert.equal(rows[0]!.name, 'topic/1');
    assert.equal(rows[0]!.href, '/repo/branches/topic/1/file/a.txt');
    const holding = namesIn(large, 'refs/heads').filter((name) => name.includes('topic/1'));
    assert.deepEqual(
      rows
        .slice(0, holding.length)
        .map(({name}) => name)
        .sort(),
      holding.sort(),
    );
    assert.match(textOf(pages[0]!.markup), new RegExp(`${rows.length} branches, 50 on this page`));
  });

  test('are marked as branch, tag, default and current', async () => {
    const marks = async (filter: string) =>
      refsOf(await pageOf(large, `/repo/refs?at=refs/heads/topic/5&filter=${filter}`))[0]!.badges;
    assert.deepEqual(await marks('topic/5'), ['branch', 'current']);
    assert.deepEqual(await marks('main'), ['branch', 'default']);
    assert.deepEqual(await marks('v0.5.0'), ['tag']);
    const [link] =
      /<a id="switch" href="[^"]*"/.exec(await pageOf(large, '/repo/branches/topic/5/file/a.txt')) ?? [];
    assert.deepEqual(hrefsOf(link!), ['/repo/refs?view=file&path=a.txt&at=refs%2Fheads%2Ftopic%2F5']);
  });

  test('are listed by the API in pages, by name or the newest first, all or those that hold a text', async () => {
    const list = async (query: string) => {
      const names: string[] = [];
      for (let after: string | null = ''; after !== null; ) {
        const more: string = after && `&after=${encodeURIComponent(after)}`;
        const answer: Json = await large.web.json(`/repo/refs?limit=400${query}${more}`);
        names.push(...answer['refs'].map(({name}: Json) => name));
        after = answer['nextAfter'] as string | null;
        if (after === null) assert.equal(answer['total'], names.length);
      }
      return names;
    };
    const full = (names: string[]) =>
      large.rig
        .git('--git-dir', large.rig.gitDir, 'for-each-ref', '--format=%(refname)', ...names)
        .split('\n');
    assert.deepEqual(await list(''), full([]));
    assert.deepEqual(await list('&kind=tag'), full(['refs/tags']));
    assert.deepEqual(
      await list('&filter=PIC/14'),
      full([]).filter((name) => name.includes('topic/14')),
    );
    assert.deepEqual(await list('&kind=tag&order=newest'), full(['--sort=-v:refname', 'refs/tags']));
    const newest = full(['--sort=-committerdate', 'refs/heads']).filter((name) => name !== 'refs/heads/main');
    assert.deepEqual(await list('&kind=branch&order=newest'), ['refs/heads/main', ...newest]);
    for (const bad of ['order=newest&after=x', 'order=oldest', `filter=${'x'.repeat(1025)}`]) {
      assert.equal((await large.web.ask(`/repo/refs?${bad}`)).status, 400, bad);
    }
    assert.equal((await large.web.app.request('http://localhost/repo/branches?after=x')).status, 400);
  });

  test('a branch that moves between two pages hides no other', async () => {
    const {rig} = large;
    const first = await pageOf(large, '/repo/branches');
    const names = refsOf(first).map(({name}) => name);
    const next = hrefsOf(/<a [^>]*rel="next"/.exec(first)![0])[0]!;
    // The last of the page moves to an old commit, and another one is deleted.
    rig.git('--git-dir', rig.gitDir, 'update-ref', `refs/heads/${names.at(-1)}`, 'main~1');
    rig.git('--git-dir', rig.gitDir, 'update-ref', '-d', `refs/heads/${names.at(-2)}`);
    await rig.sync();
    const rest = (await walk(large, next, 'next')).flatMap(({markup}) =>
      refsOf(markup).map(({name}) => name),
    );
    assert.equal(new Set([...names, ...rest]).size, 1501);
    assert.equal(rest.length, 1501 - 50 + 1);
  });
});

/** A repository that was made at once, indexed, and its server. */
interface Large extends AsyncDisposable {
  readonly rig: CtrRig;
  readonly web: WebRig;
}

async function open(backend: Backend, script: string): Promise<Large> {
  const rig = new CtrRig(backend);
  rig.gitInput(['--git-dir', rig.gitDir, 'fast-import', '--quiet', '--force'], script);
  await rig.installWithoutHook();
  const web = await WebRig.open(rig);
  return {
    rig,
    web,
    async [Symbol.asyncDispose]() {
      await web[Symbol.asyncDispose]();
      await rig[Symbol.asyncDispose]();
    },
  };
}

async function pageOf({web}: Large, href: string): Promise<string> {
  const answer = await web.app.request(`http://localhost${href}`);
  const text = await answer.text();
  assert.equal(answer.status, 200, `${href}: ${textOf(mainOf(text))}`);
  return text;
}

/** The page and those that its links of this kind lead to, each once. */
async function walk(
  large: Large,
  first: string,
  rel: 'next' | 'prev',
): Promise<{href: string; markup: string}[]> {
  const pages: {href: string; markup: string}[] = [];
  for (let href: string | undefined = first; href !== undefined; ) {
    const markup = mainOf(await pageOf(large, href));
    pages.push({href, markup});
    const link: string | undefined = new RegExp(`<a [^>]*rel="${rel}"`).exec(markup)?.[0];
    href = link && hrefsOf(link)[0];
  }
  return pages;
}

async function find(large: Large, typed: string): Promise<{paths: string[]; count: string; bytes: number}> {
  const markup = await pageOf(large, `/repo/find?name=${encodeURIComponent(typed)}`);
  const list = /<ul class="paths"[^>]*>([\s\S]*?)<\/ul>/.exec(markup)![1]!;
  const paths = hrefsOf(list).map((href) => {
    const url = parseUrl(href);
    return url?.page === 'place' ? url.readings[0].path : '';
  });
  return {paths, count: textOf(/<p [^>]*data-count>(.*?)<\/p>/.exec(markup)![1]!), bytes: markup.length};
}

interface ShownRef {
  readonly name: string;
  readonly href: string;
  readonly badges: readonly string[];
  readonly text: string;
  readonly markup: string;
}

/** The rows of a list of refs. */
function refsOf(markup: string): ShownRef[] {
  const list = /<ul class="refs"[^>]*>([\s\S]*?)<\/ul>/.exec(markup)?.[1] ?? '';
  return [...list.matchAll(/<li>(.*?)<\/li>/gs)].map(([, row]) => ({
    name: textOf(/<a [^>]*>(.*?)<\/a>/.exec(row!)?.[1] ?? ''),
    href: hrefsOf(row!)[0] ?? '',
    badges: [...row!.matchAll(/class="badge">([^<]*)</g)].map(([, badge]) => badge!),
    text: textOf(row!),
    markup: row!,
  }));
}
