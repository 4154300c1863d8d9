import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {truncateSync} from 'node:fs';
import {createServer, request as send} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {test} from 'node:test';
import {StorePool} from '../../src/app/site/store-pool.ts';
import {SITE_SEARCH_ANSWER} from '../../src/web/api/answer-search.ts';
import {type Backend, CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {runCtr} from '../support/run-ctr.ts';
import {describeWith, opensearchUrl} from '../support/servers/require.ts';
import {WebRig} from '../support/web-rig.ts';

interface Answer {
  readonly total: number;
  readonly searched: number;
  readonly repositories: readonly {
    readonly repository: string;
    readonly hits: readonly {readonly path: string}[];
  }[];
  readonly unanswered: readonly {readonly repository: string; readonly reason: string}[];
}

describeBackends('all repositories below a directory', (backend) => {
  test('are searched in one answer: by the command, the API and the page', async () => {
    await using rig = await threeRepositories(backend);
    const answer = await searchAll(rig, 'needle');
    assert.deepEqual(namesOf(answer), {notes: ['n.md'], repo: ['a.txt'], wiki: ['w.md']});
    assert.deepEqual([answer.total, answer.searched, answer.unanswered], [3, 3, []]);
    assert.deepEqual(namesOf(await searchAll(rig, 'needle repo:w*')), {wiki: ['w.md']});
    assert.deepEqual(namesOf(await searchAll(rig, 'needle r:not')), {notes: ['n.md']});
    assert.deepEqual(namesOf(await searchAll(rig, 'needle -repo:wiki -repo:notes')), {repo: ['a.txt']});
    assert.deepEqual(namesOf(await searchAll(rig, 'sub:"a needle"')), {repo: ['a.txt']});
    // The best hit first.
    assert.equal((await searchAll(rig, 'needle OR wiki')).repositories[0]!.repository, 'wiki');

    await using web = await WebRig.open(rig, {directory: rig.root});
    const found = SITE_SEARCH_ANSWER.parse(await web.json('/search?q=needle'));
    assert.deepEqual(namesOf(found), namesOf(answer));
    assert.equal((await web.ask('/search?q=%2B%2B')).status, 400);
    const page = await (await web.app.request('http://localhost/?q=needle')).text();
    for (const name of ['a.txt', 'w.md', 'n.md', '3 files in 3 repositories'])
      assert.ok(page.includes(name), name);
    assert.equal((await web.app.request('http://localhost/?q=%2B%2B')).status, 400);
  });
});

describeWith(['opensearch', 's3'], 'repositories in one index of OpenSearch', () => {
  test('are asked by as many requests as one of them', async () => {
    await using rig = await threeRepositories('servers');
    await using recorder = await openRecorder();
    const searchThere = async (query: string) => {
      recorder.asked.length = 0;
      const env = {...rig.env, CTR_INDEX_URL: recorder.url};
      const {code, stdout, stderr} = await runCtr(['search', '--json', '--all', rig.root, query], {env});
      assert.equal(code, 0, stderr);
      return {answer: JSON.parse(stdout.toString()) as Answer, asked: [...recorder.asked]};
    };
    const one = await searchThere('needle repo:wiki');
    assert.equal(one.answer.searched, 1);
    const three = await searchThere('needle');
    assert.equal(three.answer.total, 3);
    assert.equal(three.asked.length, one.asked.length, [...one.asked, 'or', ...three.asked].join('\n'));
  });

  test('share open stores, but for files in their own folders', async () => {
    await using pool = new StorePool();
    const name = randomUUID();
    const open = (directory: string, objectsUrl: string) =>
      pool.use(
        {
          indexLocation: {url: opensearchUrl(), name, timeoutMs: 60_000, directory},
          objectsLocation: {url: objectsUrl, bucket: 'b', region: 'r', timeoutMs: 1000, directory},
        },
        async ({store}) => store,
      );
    assert.equal(await open('/a', 'http://localhost:1'), await open('/b', 'http://localhost:1'));
    assert.notEqual(await open('/a', 'embedded'), await open('/b', 'embedded'));
  });
});

test('a repository whose index cannot be read hides no other, and is named', async () => {
  await using rig = await threeRepositories('embedded');
  truncateSync(join(rig.root, 'team', 'wiki.git', 'ctr', 'index.db'), 0);
  const {code, stdout} = await runCtr(['search', '--json', '--all', rig.root, 'needle'], {env: rig.env});
  const answer = JSON.parse(stdout.toString()) as Answer;
  assert.equal(code, 4);
  assert.deepEqual(namesOf(answer), {notes: ['n.md'], repo: ['a.txt']});
  assert.deepEqual(
    answer.unanswered.map(({repository}) => repository),
    ['wiki'],
  );
});

async function threeRepositories(backend: Backend): Promise<CtrRig> {
  const rig = new CtrRig(backend);
  if (backend !== 'embedded') rig.env['CTR_INDEX_SHARED'] = 'true';
  rig.commit('one', {'a.txt': 'there is a needle here\n'});
  rig.push('main');
  await rig.installWithoutHook();
  for (const [name, path, text] of [
    ['wiki', 'w.md', 'needle of the wiki, wiki, wiki\n'],
    ['notes', 'n.md', 'needle and haystack\n'],
  ] as const) {
    const gitDir = join(rig.root, 'team', `${name}.git`);
    await rig.ctr('init', gitDir);
    rig.git('switch', '--quiet', '--orphan', name);
    rig.commit(name, {[path]: text});
    rig.git('push', '--quiet', gitDir, `${name}:main`);
    await rig.ctr('sync', '--repo', gitDir);
  }
  return rig;
}

/** Passes requests on to OpenSearch, and records them. */
async function openRecorder(): Promise<{url: string; asked: string[]} & AsyncDisposable> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const {method, url, headers} = request;
    asked.push(`${method} ${url}`);
    const passed = send(new URL(url!, opensearchUrl()), {method, headers}, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function searchAll(rig: CtrRig, query: string): Promise<Answer> {
  const {code, stdout, stderr} = await runCtr(['search', '--json', '--all', rig.root, query], {env: rig.env});
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout.toString()) as Answer;
}

function namesOf({repositories}: Pick<Answer, 'repositories'>): Record<string, string[]> {
  const sorted = [...repositories].sort((a, b) => (a.repository < b.repository ? -1 : 1));
  return Object.fromEntries(sorted.map(({repository, hits}) => [repository, hits.map(({path}) => path)]));
}
