import assert from 'node:assert/strict';
import {test} from 'node:test';
import {parseQuery} from '../../src/domain/query/parse-query.ts';
import {CtrError} from '../../src/util/ctr-error.ts';
import {CtrRig, describeBackends} from '../support/ctr-rig.ts';
import {HOSTILE_QUERIES} from '../support/hostile-queries.ts';
import {runCtr} from '../support/run-ctr.ts';
import {ServeRig} from '../support/serve-rig.ts';

describeBackends('hostile queries', (backend) => {
  test('end in an answer or in one sentence, the same everywhere, and the server stays healthy', async () => {
    assert.ok(HOSTILE_QUERIES.length >= 60);
    await using rig = new CtrRig(backend);
    rig.commit('some words', {
      'docs/guide.md': `${'the a to of in and is for '.repeat(100)}\ninstallation 文字 côm\n`,
      'src/getUserName.ts': 'export const getUserName = () => 1;\n',
    });
    rig.push('main');
    await rig.installWithoutHook();
    await using server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
    const ending = new AbortController();
    const health = askHealth(server, ending.signal);
    for (const {name, query} of HOSTILE_QUERIES) {
      const refusal = refusalOf(query);
      await assertCommand(rig, {name, query, refusal});
      await assertApi(server, {name, query, refusal});
      await assertPage(server, {name, query, refusal});
    }
    ending.abort();
    assert.ok((await health) > 0);
  });
});

interface Case {
  readonly name: string;
  readonly query: string;
  /** What the language itself says; undefined where it takes the query. */
  readonly refusal: CtrError | undefined;
}

function refusalOf(query: string): CtrError | undefined {
  try {
    parseQuery(query);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof CtrError && error.code === 'QUERY' && error.hint !== undefined);
    return error;
  }
}

async function assertCommand(rig: CtrRig, {name, query, refusal}: Case): Promise<void> {
  // An argument cannot hold U+0000.
  if (query.includes('\0')) return;
  const {code, stdout, stderr} = await runCtr(['search', '--json', '--repo', rig.gitDir, '--', query], {
    env: rig.env,
  });
  assert.equal(code, refusal ? 2 : 0, `${name}: ${stderr}`);
  if (!refusal)
    return assert.ok(Array.isArray((JSON.parse(stdout.toString()) as {hits: object[]}).hits), name);
  assert.equal((JSON.parse(stderr) as {code: string}).code, 'QUERY', name);
}

async function assertApi(server: ServeRig, {name, query, refusal}: Case): Promise<void> {
  const answer = await fetch(
    `${server.url}api/v1/repo/head/search?q=${encodeURIComponent(query.toWellFormed())}&facets=true`,
  );
  const body = (await answer.json()) as {code?: string; hits?: object[]};
  assert.equal(answer.status, refusal ? 400 : 200, `${name}: ${JSON.stringify(body)}`);
  // One that is too long is refused as a parameter already.
  if (refusal) assert.match(String(body.code), /^(QUERY|USAGE)$/, name);
  else assert.ok(Array.isArray(body.hits), name);
}

async function assertPage(server: ServeRig, {name, query, refusal}: Case): Promise<void> {
  const answer = await fetch(`${server.url}repo/search?q=${encodeURIComponent(query.toWellFormed())}`);
  const page = await answer.text();
  // The page of an empty query asks for one, and a page shows what is wrong above the form.
  assert.ok([200, refusal ? 400 : 200].includes(answer.status), `${name}: ${answer.status}`);
  assert.match(page, /<\/html>\n$/, name);
}

/** Asks until it is told to end, and returns how often; each time the server must be healthy. */
async function askHealth({url}: ServeRig, signal: AbortSignal): Promise<number> {
  let times = 0;
  while (!signal.aborted) {
    const answer = await fetch(`${url}healthz`);
    assert.deepEqual([answer.status, await answer.text()], [200, 'ok\n']);
    times++;
  }
  return times;
}
