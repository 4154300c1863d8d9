import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import type {AddressInfo} from 'node:net';
import {test} from 'node:test';
import {serve} from '@hono/node-server';
import {z} from 'zod';
import type {SiteRepository} from '../../src/app/site/site.ts';
import {REFS_ANSWER, REPOSITORIES_ANSWER} from '../../src/web/api/answer-listing.ts';
import {ENDPOINTS} from '../../src/web/api/endpoints/endpoints.ts';
import {PROBLEM} from '../../src/web/api/schemas.ts';
import {createApp} from '../../src/web/app.ts';
import {CtrRig, describeBackends, until} from '../support/ctr-rig.ts';
import {readTree} from '../support/git-facts.ts';
import {type Json, WebRig} from '../support/web-rig.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

/** A repository with branches, a merge, a tag, and one file of each kind. */
async function openWorld(backend: Parameters<Parameters<typeof describeBackends>[1]>[0]) {
  const rig = new CtrRig(backend);
  rig.commit('one', {
    'README.md': '---\ntitle: Read me\ntags: [a, b]\n---\n# Heading\nhello world\n',
    'src/a.ts': 'export const getUserName = 1;\n',
    'src/deep/b.ts': 'hello again\n',
    'img/x.png': PNG,
    'old.txt': 'gone later\n',
    'latin.txt': Buffer.from('caf\xe9 hello\n', 'latin1'),
  });
  rig.git('switch', '--quiet', '--create', 'feature/x');
  rig.commit('on the branch', {'src/c.ts': 'hello from the branch\n', 'old.txt': undefined});
  rig.git('switch', '--quiet', 'main');
  rig.commit('two', {'src/a.ts': 'export const getUserName = 2;\n'});
  rig.merge('feature/x');
  rig.git('tag', '--annotate', '--message', 'v1', 'v1');
  rig.push('main', 'feature/x', 'v1');
  await rig.installWithoutHook();
  return rig;
}

function git(rig: CtrRig, ...args: string[]): Buffer {
  const {status, stdout, stderr} = spawnSync('git', ['--git-dir', rig.gitDir, ...args], {env: rig.env});
  assert.equal(status, 0, `git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function gitLines(rig: CtrRig, ...args: string[]): string[] {
  return git(rig, ...args)
    .toString()
    .split('\n')
    .filter(Boolean);
}

/** What no family has of its own: the rest must be equal. */
function common({ref: _ref, indexedAt: _at, lag: _lag, tookMs: _took, ...rest}: Json) {
  const withoutRef = ({ref: _name, ...other}: Json) => other;
  const hits = rest['hits']?.map(withoutRef);
  const revisions = rest['revisions']?.map(withoutRef);
  return {...rest, ...(hits && {hits}), ...(revisions && {revisions})};
}

/** Bytes of a path as a URL holds them. */
function encodePathOfUrl(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

async function problemOf(web: WebRig, path: string, init?: RequestInit) {
  const answer = await web.ask(path, init);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json', path);
  const problem = PROBLEM.parse(await answer.json());
  assert.equal(problem.status, answer.status);
  return {...problem, headers: answer.headers};
}

describeBackends('API', (backend) => {
  test('every answer is the same by head, by ref and by oid, and equals Git', async () => {
    await using rig = await openWorld(backend);
    await using web = await WebRig.open(rig);
    for (const ref of ['main', 'feature/x']) {
      const [oid] = gitLines(rig, 'rev-parse', ref);
      const families = [
        ...(ref === 'main' ? ['head'] : []),
        `refs/${ref}`,
        `refs/${encodeURIComponent(ref)}`,
        `refs/heads/${ref}`,
        `refs/refs%2Fheads%2F${encodeURIComponent(ref)}`,
        `r/${oid}`,
        `r/${oid!.slice(0, 12)}`,
      ];
      const tree = readTree(rig.gitDir, ref, ['-r']);
      const files = tree.map(({path}) => path);
      const questions = [
        '',
        '/tree',
        '/tree/src',
        '/tree?recursive=true',
        ...files.flatMap((path) => [`/file/${path}`, `/where/${path}`, `/history/${path}`, `/tree/${path}`]),
        '/history',
        '/history/src',
        '/commit',
        '/compare?from=feature/x',
        '/compare?from=v1&dots=2',
        '/search?q=hello&facets=true',
        '/search?q=hello&scope=everything',
      ];
      for (const question of questions) {
        const answers = [];
        for (const family of families) answers.push(common(await web.json(`/repo/${family}${question}`)));
        assert.equal(answers[0]!['commit'], oid);
        for (const answer of answers) assert.deepEqual(answer, answers[0], question);
        assert.equal((await web.ask(`/repo/${families[0]}${question}`, {method: 'HEAD'})).status, 200);
      }
      const pick = ({path, mode, type, oid: entry, sizeBytes}: Record<string, unknown>) => ({
        path,
        mode,
        type,
        oid: entry,
        sizeBytes,
      });
      const all = await web.json(`/repo/r/${oid}/tree?recursive=true`);
      assert.deepEqual(all['entries'].map(pick), tree);
      const root = await web.json(`/repo/refs/${ref}/tree`);
      assert.deepEqual(root['entries'].map(pick), readTree(rig.gitDir, ref, []));
      for (const {path, oid: blob} of tree) {
        for (const family of families) {
          const raw = await web.ask(`/repo/${family}/raw/${path}`);
          assert.deepEqual(Buffer.from(await raw.arrayBuffer()), git(rig, 'cat-file', 'blob', blob), path);
          assert.equal(raw.headers.get('etag'), `"${blob}"`);
        }
        const {commits} = await web.json(`/repo/refs/${ref}/history/${path}`);
        const wanted = gitLines(rig, 'log', '--full-history', '--no-merges', '--format=%H', ref, '--', path);
        assert.deepEqual(
          commits.map(({oid: commit}: {oid: string}) => commit),
          wanted,
          path,
        );
      }
      const {commits} = await web.json(`/repo/refs/${ref}/history`);
      assert.deepEqual(
        commits.map(({oid: commit}: {oid: string}) => commit).toSorted(),
        gitLines(rig, 'rev-list', ref).toSorted(),
      );
      const {hits} = await web.json(`/repo/refs/${ref}/search?q=again`);
      assert.deepEqual(
        hits.map(({path}: {path: string}) => `${ref}:${path}`),
        gitLines(rig, 'grep', '--name-only', '--word-regexp', 'again', ref),
      );
      const commit = await web.json(`/repo/refs/${ref}/commit`);
      const changed = commit['files'].map(
        ({status, path}: Record<string, string>) => `${status![0]!.toUpperCase()}\t${path}`,
      );
      assert.deepEqual(
        changed,
        gitLines(rig, 'diff-tree', '-r', '--name-status', '--no-renames', `${ref}^1`, ref),
      );
      assert.equal(commit['message'], git(rig, 'log', '-1', '--format=%B', ref).toString().slice(0, -1));
    }
  });

  test('answers of every operation are what the OpenAPI document says', async () => {
    await using rig = await openWorld(backend);
    await using web = await WebRig.open(rig, {basePath: '/code'});
    const ask = async (path: string, init?: RequestInit) =>
      web.app.request(`http://localhost/code/api/v1${path}`, init);
    const document = (await (await ask('/openapi.json')).json()) as Json;
    assert.equal(document['openapi'], '3.1.0');
    assert.deepEqual(document['servers'], [{url: '/code/api/v1'}]);
    assertSound(document);

    REPOSITORIES_ANSWER.parse(await (await ask('/repositories')).json());
    REFS_ANSWER.parse(await (await ask('/repo/refs')).json());
    const places: Record<string, string> = {
      file: '/README.md',
      raw: '/README.md',
      where: '/README.md',
      search: '?q=hello',
      compare: '?from=feature/x',
    };
    for (const {word, answer, query} of ENDPOINTS) {
      for (const family of ['head', 'refs/v1', 'r/HEAD']) {
        const revision = family.replace('HEAD', gitLines(rig, 'rev-parse', 'main')[0]!);
        const path = `/repo/${revision}${word && `/${word}`}${places[word] ?? ''}`;
        const {status, body} = await ask(path).then(async (got) => ({
          status: got.status,
          body: await got.text(),
        }));
        if (word.startsWith('_')) assert.equal(status, backend === 'embedded' ? 501 : 200, path);
        else assert.equal(status, 200, `${path}: ${body}`);
        // Strict: a member that the document does not name fails.
        if (answer) answer.parse(JSON.parse(body));
        const described = document['paths'][`/{repository}/${pathOf(family)}${word && `/${word}`}`].get;
        const known = described.parameters
          .filter((one: {in: string}) => one.in === 'query')
          .map((one: {name: string}) => one.name);
        for (const name of Object.keys(query.shape)) assert.ok(known.includes(name), `${path} ${name}`);
        const unknown = await ask(`${path}${path.includes('?') ? '&' : '?'}nonsense=1`);
        const {hint} = (await unknown.json()) as Json;
        const hinted = /^Known: (.*)\.$/
          .exec(hint)![1]!
          .split(', ')
          .filter((name) => name !== 'none');
        // The path may stand in the URL, where the document has it as well.
        assert.deepEqual(withoutPath(hinted), withoutPath(known), path);
      }
    }
    const {text, frontMatter, title} = (await (await ask('/repo/head/file/README.md')).json()) as Json;
    assert.match(text, /^---\ntitle: Read me\n/);
    assert.deepEqual([title, frontMatter.length], ['Read me', 3]);
    const short = (await (await ask('/repo/head/file/README.md?text=false')).json()) as Json;
    assert.deepEqual([short['text'], short['isTextExact']], [null, true]);
    const latin = (await (await ask('/repo/head/file/latin.txt')).json()) as Json;
    assert.deepEqual([latin['text'], latin['isTextExact']], ['café hello\n', false]);
  });

  test('waits until a ref shows a commit, or one behind it', async () => {
    await using rig = await openWorld(backend);
    await using web = await WebRig.open(rig);
    const wanted = rig.commit('three', {'three.txt': '3\n'});
    const last = rig.commit('four', {'four.txt': '4\n'});
    const waits = [
      `/repo/head?waitFor=${wanted}`,
      `/repo/refs/main/tree?waitFor=${last}`,
      `/repo/refs/new?waitFor=${wanted}`,
    ];
    const early = await problemOf(web, `/repo/head?waitFor=${wanted}&waitSeconds=0`);
    assert.deepEqual([early.status, early.code], [504, 'TIMEOUT']);
    let isOver = false;
    const waiting = Promise.all(waits.map((path) => web.json(path))).finally(() => {
      isOver = true;
    });
    rig.push('main', 'main:new');
    await rig.ctr('status');
    assert.equal(isOver, false);
    await rig.sync();
    for (const {commit} of await waiting) assert.equal(commit, last);
    assert.equal((await web.json(`/repo/head?waitFor=${wanted}&waitSeconds=0`))['commit'], last);
    for (const [path, status] of [
      [`/repo/r/${last}?waitFor=${wanted}`, 400],
      ['/repo/head?waitFor=abc', 400],
      [`/repo/head?waitFor=${wanted}&waitSeconds=61`, 400],
      [`/repo/refs/gone?waitFor=${wanted}&waitSeconds=0`, 504],
    ] as const) {
      assert.equal((await problemOf(web, path)).status, status, path);
    }
  });

  test('says how the index stands to Git', async () => {
    await using rig = await openWorld(backend);
    const before = gitLines(rig, 'rev-parse', 'main')[0]!;
    const after = rig.commit('three', {'three.txt': '3\n'});
    rig.push('main', ':feature/x');
    await using web = await WebRig.open(rig);
    const head = await web.json('/repo/head');
    assert.deepEqual([head['commit'], head['lag']], [before, {git: after, isCurrent: false}]);
    assert.deepEqual((await web.json('/repo/refs/feature/x'))['lag'], {git: null, isCurrent: false});
    const tag = await web.json('/repo/refs/v1');
    assert.deepEqual(tag['lag'], {git: gitLines(rig, 'rev-parse', 'v1')[0], isCurrent: true});
    assert.equal((await web.json(`/repo/r/${before}`))['lag'], null);
    const raw = await web.ask('/repo/head/raw/README.md');
    assert.deepEqual(
      ['ctr-ref', 'ctr-commit', 'ctr-lag'].map((name) => raw.headers.get(name)),
      ['refs%2Fheads%2Fmain', before, 'behind'],
    );
    await rig.sync();
    await using fresh = await WebRig.open(rig);
    assert.deepEqual((await fresh.json('/repo/head'))['lag'], {git: after, isCurrent: true});
  });

  // An embedded index lies in the repository.
  if (backend !== 'embedded') {
    test('a machine without the repository answers the same, and knows of no lag', async () => {
      await using rig = await openWorld(backend);
      await using web = await WebRig.open(rig);
      await using far = await WebRig.open(rig, {isIndexOnly: true});
      assert.deepEqual(await far.json('/repositories'), await web.json('/repositories'));
      for (const question of [
        '/head/tree?recursive=true',
        '/refs/feature/x/history',
        '/head/file/README.md',
      ]) {
        const {lag, ...answer} = await far.json(`/repo${question}`);
        const {lag: _lag, ...wanted} = await web.json(`/repo${question}`);
        assert.deepEqual(answer, wanted);
        assert.equal(lag, null);
      }
      assert.equal(
        await (await far.ask('/repo/head/raw/img/x.png')).arrayBuffer().then((bytes) => bytes.byteLength),
        PNG.length,
      );
    });
  }

  test('however many wait for a commit, the index is asked once', async () => {
    await using rig = await openWorld(backend);
    await using web = await WebRig.open(rig);
    const repository = (await web.site.findRepository('repo'))!;
    let looks = 0;
    const counted: SiteRepository = {
      ...repository,
      withReader(work) {
        looks++;
        return repository.withReader(work);
      },
    };
    const site = {listRepositories: async () => [counted], findRepository: async () => counted};
    const app = createApp({site, basePath: '', now: () => new Date()});
    const startedAt = performance.now();
    const path = `/api/v1/repo/head?waitFor=${'1'.repeat(40)}&waitSeconds=1`;
    const waiters = 20;
    const answers = await Promise.all(Array.from({length: waiters}, async () => app.request(path)));
    for (const {status} of answers) assert.equal(status, 504);
    // Each looks for itself at first, twice: at the ref, and whether its history has the commit.
    const pollsMax = (performance.now() - startedAt) / 200 + 1;
    assert.ok(looks <= 2 * waiters + pollsMax, `${looks} looks`);
  });

  test('pages show the commit of the first one, whatever is pushed in between', async () => {
    await using rig = await openWorld(backend);
    await using web = await WebRig.open(rig);
    const commit = gitLines(rig, 'rev-parse', 'main')[0]!;
    const tree = readTree(rig.gitDir, commit, ['-r']).map(({path}) => path);
    const log = (await web.json('/repo/head/history'))['commits'].map(({oid}: {oid: string}) => oid);
    const first = {
      tree: await web.json('/repo/head/tree?recursive=true&limit=2'),
      history: await web.json('/repo/head/history?limit=1'),
    };
    rig.commit('three', {'AAA.txt': 'first in order\n', 'README.md': undefined});
    rig.push('main');
    await rig.sync();
    const paths = await readPages(web, '/repo/head/tree?recursive=true&limit=2', {first: first.tree, commit});
    assert.deepEqual(
      paths.flatMap(({entries}) => entries.map(({path}: {path: string}) => path)),
      tree,
    );
    const pages = await readPages(web, '/repo/refs/main/history?limit=1', {first: first.history, commit});
    assert.deepEqual(
      pages.flatMap(({commits}) => commits.map(({oid}: {oid: string}) => oid)),
      log,
    );

    // A force push takes the first page's commit away: nobody mixes the two.
    rig.git('switch', '--quiet', '--orphan', 'other');
    rig.commit('anew', {'x.txt': 'x\n'});
    rig.push('other:main', ':feature/x', ':v1');
    await rig.sync();
    const late = await problemOf(web, `/repo/head/tree?recursive=true&cursor=${first.tree['nextCursor']}`);
    assert.deepEqual([late.status, late.code], [409, 'CONFLICT']);
    assert.equal((await problemOf(web, '/repo/head/tree?cursor=nonsense')).status, 400);
    assert.equal(
      (await problemOf(web, `/repo/head/file/x.txt?cursor=${first.tree['nextCursor']}`)).status,
      400,
    );
  });

  test('bytes come in ranges, are known again by their oid, and a commit is for ever', async () => {
    await using rig = await openWorld(backend);
    await using web = await WebRig.open(rig);
    const [oid] = gitLines(rig, 'rev-parse', 'main');
    for (const path of ['README.md', 'img/x.png', 'latin.txt']) {
      const whole = git(rig, 'cat-file', 'blob', `main:${path}`);
      const part = await web.ask(`/repo/head/raw/${path}`, {headers: {Range: 'bytes=3-5'}});
      assert.equal(part.status, 206, path);
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), whole.subarray(3, 6), path);
      assert.equal(part.headers.get('content-range'), `bytes 3-5/${whole.length}`);
      const beyond = await problemOf(web, `/repo/head/raw/${path}`, {headers: {Range: 'bytes=9999-'}});
      assert.deepEqual(
        [beyond.status, beyond.headers.get('content-range')],
        [416, `bytes */${whole.length}`],
      );
      const known = await web.ask(`/repo/r/${oid}/raw/${path}`, {
        headers: {'If-None-Match': part.headers.get('etag')!},
      });
      assert.deepEqual([known.status, await known.text()], [304, '']);
      const head = await web.ask(`/repo/head/raw/${path}`, {method: 'HEAD'});
      assert.deepEqual([head.headers.get('content-length'), await head.text()], [String(whole.length), '']);
    }
    for (const [path, caching] of [
      [`/repo/r/${oid}/tree`, 'private, max-age=31536000, immutable'],
      [`/repo/r/${oid}/raw/README.md`, 'private, max-age=31536000, immutable'],
      [`/repo/r/${oid}/history`, 'private, max-age=31536000, immutable'],
      [`/repo/r/${oid}/file/README.md`, 'private, no-cache'],
      [`/repo/r/${oid}/commit`, 'private, no-cache'],
      [`/repo/r/${oid!.slice(0, 10)}/tree`, 'private, no-cache'],
      ['/repo/head/tree', 'private, no-cache'],
      ['/repo/refs/main/raw/README.md', 'private, no-cache'],
      [`/repo/r/${oid}/search?q=hello`, 'private, no-cache'],
    ] as const) {
      assert.equal((await web.ask(path)).headers.get('cache-control'), caching, path);
    }
    for (const path of [`/repo/r/${oid}/tree`, '/repo/head/file/README.md']) {
      const etag = (await web.ask(path)).headers.get('etag')!;
      assert.match(etag, new RegExp(`^W/"${oid}`));
      for (const known of [etag, '*']) {
        assert.equal((await web.ask(path, {headers: {'If-None-Match': known}})).status, 304);
        for (const other of [
          '/repo/head/file/nowhere',
          `/repo/r/${oid}/raw/nowhere`,
          '/repo/head/tree/nowhere',
        ]) {
          assert.equal((await web.ask(other, {headers: {'If-None-Match': known}})).status, 404, other);
        }
      }
    }
    const etag = (await web.ask('/repo/head/tree')).headers.get('etag')!;
    rig.commit('three', {'three.txt': '3\n'});
    rig.push('main');
    await rig.sync();
    assert.equal((await web.ask('/repo/head/tree', {headers: {'If-None-Match': etag}})).status, 200);
  });

  test('what settings change is not taken for unchanged after a reindex', async () => {
    await using rig = await openWorld(backend);
    const [oid] = gitLines(rig, 'rev-parse', 'main');
    const path = `/repo/r/${oid}/file/README.md`;
    const etags: string[] = [];
    for (const maxBytes of ['2m', '1']) {
      rig.configure({'ctr.text.maxBytes': maxBytes});
      await rig.ctr('reindex');
      await using web = await WebRig.open(rig);
      const answer = await web.ask(path, {headers: {'If-None-Match': etags.join() || '"none"'}});
      assert.equal(answer.status, 200, maxBytes);
      const {notIndexed} = (await answer.json()) as Json;
      assert.equal(notIndexed, maxBytes === '1' ? 'too-large' : null);
      etags.push(answer.headers.get('etag')!);
    }
  });

  test('raw bytes run nowhere, and no other origin reads', async () => {
    await using rig = await openWorld(backend);
    rig.commit('page', {'page.html': '<script>alert(1)</script>', 'x.svg': '<svg onload="alert(1)"/>'});
    rig.push('main');
    await rig.sync();
    await using web = await WebRig.open(rig);
    for (const [path, type, disposition] of [
      ['page.html', 'text/plain; charset=utf-8', 'inline'],
      ['x.svg', 'text/plain; charset=utf-8', 'inline'],
      ['latin.txt', 'text/plain; charset=', 'inline'],
      ['img/x.png', 'image/png', 'inline'],
    ] as const) {
      const {headers} = await web.ask(`/repo/head/raw/${path}`, {headers: {Origin: 'http://evil.example'}});
      assert.ok(headers.get('content-type')!.startsWith(type), `${path}: ${headers.get('content-type')}`);
      assert.ok(headers.get('content-disposition')!.startsWith(disposition), path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('content-security-policy'), "default-src 'none'; sandbox");
      assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
  });

  test('a client that leaves in the middle of a large file leaves nothing open', async () => {
    await using rig = await openWorld(backend);
    const large = randomBytes(12_000_000);
    rig.commit('large', {'large.bin': large});
    rig.push('main');
    await rig.sync();
    await using web = await WebRig.open(rig);
    const server = serve({fetch: web.app.fetch, port: 0, hostname: '127.0.0.1'});
    await once(server, 'listening');
    const {port} = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/api/v1/repo/head/raw/large.bin`;
    try {
      const part = await fetch(url, {headers: {Range: 'bytes=4000000-8000000'}});
      assert.ok(large.subarray(4_000_000, 8_000_001).equals(Buffer.from(await part.arrayBuffer())));
      const before = openDescriptors();
      for (let i = 0; i < 10; i++) {
        const leaving = new AbortController();
        const answer = await fetch(url, {signal: leaving.signal});
        await answer.body!.getReader().read();
        leaving.abort();
      }
      await until(() => openDescriptors() <= before, 'everything to be closed');
    } finally {
      server.close();
      await once(server, 'close');
    }
  });

  test('what is wrong is said in one way', async () => {
    await using rig = await openWorld(backend);
    await using web = await WebRig.open(rig);
    for (const [path, status, code] of [
      ['/', 404, 'NOT_FOUND'],
      ['/nothing', 404, 'NOT_FOUND'],
      ['/none/refs', 404, 'NOT_FOUND'],
      ['/repo/head/blob/x', 404, 'NOT_FOUND'],
      ['/repo/refs/none/tree', 404, 'UNKNOWN_REF'],
      ['/repo/r/abcdabcd', 404, 'UNKNOWN_REF'],
      ['/repo/r/main', 404, 'UNKNOWN_REF'],
      ['/repo/r/..%2f..', 404, 'UNKNOWN_REF'],
      ['/repo/head/raw/none', 404, 'NOT_FOUND'],
      ['/repo/head/raw/src', 404, 'NOT_FOUND'],
      ['/repo/head/raw', 400, 'USAGE'],
      ['/repo/head/commit/x', 404, 'NOT_FOUND'],
      ['/repo/head/search', 400, 'USAGE'],
      ['/repo/head/search?q=', 400, 'QUERY'],
      ['/repo/head/search?q=%22open', 400, 'QUERY'],
      ['/repo/head/search?q=x&limit=100000', 400, 'USAGE'],
      [`/repo/head/search?q=${'x'.repeat(4097)}`, 400, 'USAGE'],
      [`/repo/head/search?q=path:${'*a'.repeat(200)}`, 400, 'QUERY'],
      [`/repo/head/search?q=${Array.from({length: 100}, (_, at) => `a${at}`).join('+')}`, 400, 'QUERY'],
      ['/repo/head/tree?limit=0', 400, 'USAGE'],
      ['/repo/head/tree?limit=x', 400, 'USAGE'],
      ['/repo/head/tree?limit=1&limit=2', 400, 'USAGE'],
      ['/repo/head/tree?colour=red', 400, 'USAGE'],
      [`/repo/head/file?path=${'x'.repeat(5000)}`, 400, 'USAGE'],
    ] as const) {
      const problem = await problemOf(web, path);
      assert.deepEqual([problem.status, problem.code], [status, code], path);
      assert.doesNotMatch(problem.hint ?? '', /\bctr\b|--|\bgit\b/, path);
    }
    for (const path of ['/repo/head/tree', '/repositories', '/repo/refs', '/openapi.json']) {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const {status, headers} = await problemOf(web, path, {method});
        assert.deepEqual([status, headers.get('allow')], [405, 'GET, HEAD, OPTIONS'], `${method} ${path}`);
      }
      const {status, headers} = await web.ask(path, {method: 'OPTIONS'});
      assert.deepEqual([status, headers.get('allow')], [204, 'GET, HEAD, OPTIONS'], path);
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
    const searching = await web.ask('/repo/head/_search', {method: 'OPTIONS'});
    assert.equal(searching.headers.get('allow'), 'GET, POST, HEAD, OPTIONS');
  });

  test('hostile and odd names lead to their files, in URLs and in JSON', async () => {
    await using rig = new CtrRig(backend);
    const blob = (text: string) =>
      rig.gitInput(['--git-dir', rig.gitDir, 'hash-object', '-w', '--stdin'], text);
    const tree = (entries: [string, string, string | Buffer][]) => {
      const lines = entries.map(([mode, oid, name]) =>
        Buffer.concat([
          Buffer.from(`${mode} ${mode === '040000' ? 'tree' : 'blob'} ${oid}\t`),
          Buffer.from(name as string),
          Buffer.from([0]),
        ]),
      );
      return rig.gitInput(['--git-dir', rig.gitDir, 'mktree', '-z'], Buffer.concat(lines));
    };
    const names: (string | Buffer)[] = [
      '<img src=x onerror=alert(1)>.html',
      '"quote\' & co.txt',
      'line\nbreak\tand\x01control.txt',
      'a b+c%20d%2e.txt',
      'question?#hash;x=1&y=2',
      'ümlaut \u202etxt.exe',
      'tree',
      Buffer.from('caf\xe9.txt', 'latin1'),
      Buffer.from([0xee, 0xbf, 0xa9]),
      Buffer.from([0xff, 0xfe, 0x2e, 0x6d, 0x64]),
    ];
    const inner = tree([['100644', blob('inner\n'), 'f.txt']]);
    const root = tree([
      ...names.map((name, at): [string, string, string | Buffer] => ['100644', blob(`file ${at}\n`), name]),
      ['040000', inner, '..'],
    ]);
    const commit = rig.git('--git-dir', rig.gitDir, 'commit-tree', '-m', 'odd', root);
    const refs = ['main', 'tree', 'a/tree/b', 'feature/<b>"x"', 'ünï', 'x%2Fy', 'raw/raw/raw'];
    for (const ref of refs) rig.git('--git-dir', rig.gitDir, 'update-ref', `refs/heads/${ref}`, commit);
    await rig.installWithoutHook();
    await using web = await WebRig.open(rig);

    const {entries} = await web.json('/repo/head/tree?recursive=true');
    const wanted = readTree(rig.gitDir, 'main', ['-r']);
    assert.deepEqual(
      entries.map(({path}: {path: string}) => path),
      wanted.map(({path}) => path),
    );
    for (const {path, oid} of wanted) {
      const bytes = git(rig, 'cat-file', 'blob', oid).toString();
      const byQuery = await web.ask(`/repo/head/raw?path=${encodeURIComponent(path)}`);
      assert.equal(await byQuery.text(), bytes, JSON.stringify(path));
      assert.doesNotMatch(byQuery.headers.get('content-disposition')!, /[\r\n]/);
      // No URL can hold `..`.
      if (path.startsWith('..')) continue;
      assert.equal(await (await web.ask(`/repo/head/raw/${encodePathOfUrl(path)}`)).text(), bytes);
      assert.equal((await web.json(`/repo/head/file/${encodePathOfUrl(path)}`))['path'], path);
    }
    assert.equal(await (await web.ask('/repo/head/raw/caf%E9.txt')).text(), 'file 7\n');
    for (const ref of refs) {
      const {ref: name} = await web.json(`/repo/refs/${encodePathOfUrl(ref)}/tree`);
      assert.equal(name, `refs/heads/${ref}`);
      assert.equal((await web.json(`/repo/refs/${encodeURIComponent(ref)}/file/tree`))['path'], 'tree');
    }
    assert.equal((await web.json('/repo/refs/tree/file/tree'))['ref'], 'refs/heads/tree');
  });

  test('a branch that is called like a commit does not stand for it', async () => {
    await using rig = await openWorld(backend);
    const [oid, other] = gitLines(rig, 'rev-parse', 'main', 'feature/x');
    rig.git('--git-dir', rig.gitDir, 'update-ref', `refs/heads/${oid}`, other!);
    await rig.sync();
    await using web = await WebRig.open(rig);
    assert.equal((await web.json(`/repo/r/${oid}`))['commit'], oid);
    assert.equal((await web.json(`/repo/refs/${oid}`))['commit'], other);
  });
});

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** The pages from the first one to the last, all of one commit. */
async function readPages(
  web: WebRig,
  path: string,
  {first, commit}: {first: Json; commit: string},
): Promise<Json[]> {
  const pages = [first];
  for (let last = first; last['nextCursor'] !== null; ) {
    last = await web.json(`${path}&cursor=${last['nextCursor']}`);
    pages.push(last);
  }
  assert.ok(pages.length > 2, 'several pages');
  for (const page of pages) assert.equal(page['commit'], commit);
  return pages;
}

function withoutPath(names: readonly string[]): string[] {
  return names.filter((name) => name !== 'path').toSorted();
}

/** Every reference leads somewhere, every part of a path is described, no id is there twice. */
function assertSound(document: Json): void {
  const {schemas} = document['components'];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('$ref' in value) {
      const [, name] = /^#\/components\/schemas\/(.+)$/.exec(z.string().parse(value.$ref)) ?? [];
      assert.ok(name !== undefined && name in schemas, JSON.stringify(value));
    }
    Object.values(value).forEach(visit);
  };
  visit(document);
  const ids = new Set<string>();
  for (const [path, methods] of Object.entries(document['paths'] as Json)) {
    for (const {operationId, parameters, responses} of Object.values(methods as Json)) {
      assert.ok(!ids.has(operationId), operationId);
      ids.add(operationId);
      const named = parameters
        .filter((one: {in: string}) => one.in === 'path')
        .map((one: {name: string}) => one.name);
      assert.deepEqual(
        named,
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
        path,
      );
      assert.ok(responses['200'] && responses['default'], path);
    }
  }
}

function pathOf(family: string): string {
  return family === 'head' ? 'head' : family.startsWith('refs') ? 'refs/{ref}' : 'r/{revision}';
}
