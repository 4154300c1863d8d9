import assert from 'node:assert/strict';
import {renameSync, writeFileSync} from 'node:fs';
import {request} from 'node:http';
import {join} from 'node:path';
import {test} from 'node:test';
import {until} from '../support/ctr-rig.ts';
import {openServedRig, type ServeRig, serveRepository} from '../support/serve-rig.ts';

test('the metrics tell how far the index is behind', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig);
  const value = async (name: string) => {
    const text = await (await fetch(`${server.url}metrics`)).text();
    return Number(new RegExp(`^${name}\\{repository="repo"\\} (.*)$`, 'm').exec(text)?.[1]);
  };
  assert.deepEqual([await value('ctr_index_up'), await value('ctr_index_refs_behind')], [1, 0]);
  rig.push('main:other');
  await until(async () => (await value('ctr_index_refs_behind')) === 1, 'the ref that is behind');
  await until(async () => (await value('ctr_index_lag_seconds')) > 0, 'the lag to grow');
  await rig.ctr('sync');
  await until(async () => (await value('ctr_index_lag_seconds')) === 0, 'the lag to end');
  assert.equal(await value('ctr_index_refs_behind'), 0);
});

test('ready while each index answers, healthy in any case', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig);
  const status = async (path: string) => (await fetch(server.url + path)).status;
  assert.equal(await status('readyz'), 200);
  const index = join(rig.gitDir, 'ctr', 'index.db');
  renameSync(index, `${index}.good`);
  writeFileSync(index, 'this is no database, though it is long enough to be taken for one. '.repeat(100));
  await until(async () => (await status('readyz')) === 503, 'the damage to be seen');
  assert.equal(await status('healthz'), 200);
  assert.match(await (await fetch(`${server.url}metrics`)).text(), /ctr_index_up\{repository="repo"\} 0/);
  renameSync(`${index}.good`, index);
  await until(async () => (await status('readyz')) === 200, 'the index to be back');
});

test('the log has a line for each request, without what is secret and without control bytes', async () => {
  await using rig = await openServedRig();
  const server = await serveRepository(rig);
  await fetch(`${server.url}repo/search?q=hunter2`, {headers: {Authorization: 'Bearer ctr_secret'}});
  await send(server, '/a%1b%5b', {'User-Agent': 'x\x9b31m'});
  server.signal('SIGTERM');
  const log = (await server.ended()).filter(({type}) => type === 'request');
  assert.deepEqual(
    log.map(({method, path, route}) => [method, path, route]),
    [
      ['GET', '/repo/search', 'explorer'],
      ['GET', '/a%1b%5b', 'explorer'],
    ],
  );
  assert.equal(log[1]!['agent'], 'x\\x9b31m');
  assert.doesNotMatch(JSON.stringify(log), /hunter2|ctr_secret/);
});

test('an index that fails is a page for who asks, and its cause is in the log', async () => {
  await using rig = await openServedRig();
  writeFileSync(join(rig.gitDir, 'ctr', 'index.db'), 'this is no database, though it is long. '.repeat(200));
  const server = await serveRepository(rig);
  const answer = await fetch(`${server.url}repo`);
  assert.equal(answer.status, 503);
  assert.doesNotMatch(await answer.text(), /index\.db/);
  server.signal('SIGTERM');
  const errors = (await server.ended()).filter(({type}) => type === 'error');
  assert.equal(errors.length, 1);
  assert.match(String(errors[0]!['message']), /index/);
});

test('under a base path; a body that is no push is limited', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig, '--base-path', '/code');
  assert.match(server.url, /\/code\/$/);
  assert.equal((await fetch(`${server.url}healthz`)).status, 200);
  assert.equal((await fetch(new URL('/healthz', server.url))).status, 404);
  const advertised = await fetch(`${server.url}repo.git/info/refs?service=git-upload-pack`);
  assert.equal(advertised.status, 200);
  const page = await fetch(`${server.url}repo.git`, {redirect: 'manual'});
  assert.equal(page.headers.get('location'), '/code/repo/');
  const large = await fetch(`${server.url}api/v1/x`, {method: 'POST', body: 'x'.repeat(1024 * 1024 + 1)});
  assert.equal(large.status, 413);
});

test('a page of a stranger reads nothing by having its name lead here', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig, '--serve-hosts', 'code.example');
  const {port} = new URL(server.url);
  for (const path of [
    '/',
    '/repo',
    '/api/v1/repositories',
    '/metrics',
    '/repo.git/info/refs?service=git-upload-pack',
  ]) {
    assert.equal(await send(server, path, {Host: `evil.example:${port}`}), 403, path);
    assert.equal(await send(server, path, {Host: 'code.example'}), 200, path);
    assert.equal(await send(server, path, {Host: `localhost:${port}`}), 200, path);
  }
  assert.equal((await rig.tryCtr('serve', '--serve-hosts', 'http://code.example')).code, 2);
});

test('an address that is taken, and a root that is not there, are said at once', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig);
  const {host} = new URL(server.url);
  const taken = await rig.tryCtr('serve', rig.gitDir, '--listen', host);
  assert.match(taken.stderr, /cannot listen at/);
  assert.equal(taken.code, 2);
  const missing = await rig.tryCtr('serve', join(rig.root, 'nowhere'), '--listen', '127.0.0.1:0');
  assert.match(missing.stderr, /there is no directory/);
  assert.equal(missing.code, 2);
  assert.equal((await rig.tryCtr('serve', '--listen', 'nonsense')).code, 2);
  assert.equal((await rig.tryCtr('serve', '--base-path', '/code/')).code, 2);
});

/** The status of a request as it stands: `fetch` would refuse such a header. */
async function send({url}: ServeRig, path: string, headers: Record<string, string>): Promise<number> {
  const {promise, resolve, reject} = Promise.withResolvers<number>();
  const sent = request(new URL(path, url), {headers}, (response) =>
    response.resume().once('end', () => resolve(response.statusCode!)),
  );
  sent.once('error', reject).end();
  return promise;
}
