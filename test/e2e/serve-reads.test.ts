import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {type ClientRequest, type IncomingMessage, request} from 'node:http';
import {connect} from 'node:net';
import {json, text} from 'node:stream/consumers';
import {test} from 'node:test';
import {CtrRig, until} from '../support/ctr-rig.ts';
import {openServedRig, type ServeRig, serveRepository} from '../support/serve-rig.ts';
import {describeWith} from '../support/servers/require.ts';

// A process that is stopped stands for one in the middle of a long query: it answers nothing and hears nothing.

test('a read that takes long holds up nobody', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig);
  const stopped = await stopReads(server);
  const long = fetch(`${server.url}repo`);
  const paths = ['healthz', 'repo', 'repo/history', 'api/v1/repo/head/search?q=one', 'repo/file/a.txt'];
  const others = await Promise.all(paths.map((path) => fetch(server.url + path)));
  assert.deepEqual(
    others.map(({status}) => status),
    paths.map(() => 200),
  );
  assert.ok(server.listReadProcesses().includes(stopped));
  process.kill(stopped, 'SIGCONT');
  assert.equal((await long).status, 200);
});

test('a read that takes too long is ended with its process, and is told so', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig, '--serve-read-seconds', '1');
  const stopped = await stopAllReads(server);
  const page = await fetch(`${server.url}repo`);
  assert.equal(page.status, 503);
  assert.match(await page.text(), /This took longer than a read may, and was ended\. Ask for less/);
  await until(() => stopped.some((pid) => !isThere(pid)), 'the process to be ended');
  await stopAllReads(server);
  const answer = await fetch(`${server.url}api/v1/repo/head/search?q=one`);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  const {status, code, hint} = (await answer.json()) as Record<string, unknown>;
  assert.deepEqual([answer.status, status, code], [503, 503, 'TIMEOUT']);
  assert.match(String(hint), /^Ask for less/);
});

test('a read whose client has gone is ended, and what waits for its turn is answered', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig, '--serve-read-processes-max', '1');
  const stopped = await stopReads(server);
  const left = get(server, 'repo');
  left.on('error', () => undefined);
  await until(async () => (await runningReads(server, 'explorer')) > 0, 'the read to begin');
  const other = fetch(`${server.url}repo`);
  left.destroy();
  await until(() => !isThere(stopped), 'the process to be ended');
  assert.equal((await other).status, 200);
});

test('what a process was asked that dies is asked again elsewhere', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig, '--serve-read-processes-max', '1');
  const pid = await stopReads(server);
  const page = get(server, 'repo');
  const answered = once(page, 'response') as Promise<[IncomingMessage]>;
  await once(page, 'finish');
  process.kill(pid, 'SIGKILL');
  const [{statusCode}] = await answered;
  assert.equal(statusCode, 200);
});

test('a client that breaks off what it sends ends nothing', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig);
  await readProcesses(server);
  for (const [route, path] of Object.entries({explorer: 'repo', api: 'api/v1/repo/head/_search'})) {
    for (const headers of [{'Content-Length': '1000'}, {'Transfer-Encoding': 'chunked'}]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const sent = request(new URL(path, server.url), {method, headers}).on('error', () => undefined);
        sent.write('{"query"');
        await until(async () => (await runningReads(server, route)) > 0 || sent.closed, 'the request');
        sent.destroy();
        await until(async () => (await runningReads(server, route)) === 0, 'its end');
      }
    }
  }
  assert.equal((await fetch(`${server.url}repo`)).status, 200);
});

test('a server that is killed leaves no process and no folder behind', async () => {
  await using rig = await openServedRig();
  const server = await serveRepository(rig);
  const [pid] = await readProcesses(server);
  const folder = folderOf(pid!);
  assert.ok(existsSync(folder));
  server.signal('SIGKILL');
  await until(() => !isThere(pid!) && !existsSync(folder), 'the process and its folder to go');
});

test('a signal to all is the server’s: a read that waits is answered', async () => {
  await using rig = await openServedRig();
  const server = await serveRepository(rig);
  const [pid] = await readProcesses(server);
  const wait = waitFor(server, 'f'.repeat(40), 2);
  await until(async () => (await runningReads(server)) > 0, 'the read to wait');
  process.kill(pid!, 'SIGTERM');
  process.kill(pid!, 'SIGINT');
  server.signal('SIGTERM');
  assert.equal((await wait).status, 504);
  await server.ended();
  await until(() => !isThere(pid!), 'the process to go with the server');
});

test('waiting for a commit is no work', async () => {
  await using rig = await openServedRig();
  await using server = await serveRepository(rig, '--serve-read-seconds', '1');
  const never = waitFor(server, 'f'.repeat(40), 3);
  rig.commit('two', {'b.txt': 'two\n'});
  const two = waitFor(server, rig.git('rev-parse', 'HEAD'), 50);
  const answer = await never;
  assert.equal(answer.status, 504);
  assert.equal(((await answer.json()) as {code: string}).code, 'TIMEOUT');
  rig.push('main');
  await rig.ctr('sync');
  assert.equal((await two).status, 200);
});

test('bytes flow through whole, in ranges, and not at all where the client has them', async () => {
  await using rig = await openServedRig();
  const bytes = Buffer.alloc(64 * 1024 * 1024, '0123456789abcde\n');
  rig.commit('large', {'large.bin': Buffer.concat([Buffer.of(0), bytes])});
  rig.push('main');
  await rig.ctr('sync');
  await using server = await serveRepository(rig);
  const url = `${server.url}repo/raw/large.bin`;
  const whole = await fetch(url);
  assert.equal(whole.headers.get('content-length'), String(bytes.length + 1));
  const digest = createHash('sha256');
  for await (const chunk of whole.body!) digest.update(chunk as Uint8Array);
  assert.equal(digest.digest('hex'), createHash('sha256').update(Buffer.of(0)).update(bytes).digest('hex'));
  const part = await fetch(url, {headers: {Range: 'bytes=1-10'}});
  assert.deepEqual([part.status, await part.text()], [206, '0123456789']);
  const etag = whole.headers.get('etag')!;
  const known = await fetch(url, {headers: {'If-None-Match': etag}});
  assert.deepEqual([known.status, known.headers.get('etag'), await known.text()], [304, etag, '']);
  const head = await fetch(url, {method: 'HEAD'});
  assert.deepEqual(
    [head.status, head.headers.get('content-length'), await head.text()],
    [200, String(bytes.length + 1), ''],
  );
});

test('answers are compressed once, and whole for a client that knows no chunks', async () => {
  await using rig = await openServedRig();
  rig.commit('page', {'page.txt': 'a line of text\n'.repeat(1000)});
  rig.push('main');
  await rig.ctr('sync');
  await using server = await serveRepository(rig);
  const packed = await fetch(`${server.url}repo/raw/page.txt`, {headers: {'Accept-Encoding': 'gzip'}});
  assert.deepEqual([packed.status, packed.headers.get('content-encoding')], [200, 'gzip']);
  assert.equal(await packed.text(), 'a line of text\n'.repeat(1000));
  const {hostname, port} = new URL(server.url);
  const old = connect(Number(port), hostname);
  old.write('GET /repo/file/page.txt HTTP/1.0\r\nHost: localhost\r\n\r\n');
  const answer = await text(old);
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.doesNotMatch(answer, /^transfer-encoding/im);
  assert.ok(answer.endsWith('</html>\n'));
});

test('of bytes that the client does not take, little is held', async () => {
  await using rig = await openServedRig();
  rig.commit('large', {'large.bin': Buffer.alloc(256 * 1024 * 1024)});
  rig.push('main');
  await rig.ctr('sync');
  await using server = await serveRepository(rig);
  const [pid] = await readProcesses(server);
  const before = [server.readPeakMemory(), peakMemoryOf(pid!)] as const;
  const stalled = await Promise.all(
    Array.from(
      {length: 4},
      async () => (await once(get(server, 'repo/raw/large.bin'), 'response'))[0] as IncomingMessage,
    ),
  );
  // Others are answered meanwhile, by the same process.
  for (let times = 0; times < 20; times++) assert.equal((await fetch(`${server.url}repo`)).status, 200);
  const grown = [server.readPeakMemory() - before[0], peakMemoryOf(pid!) - before[1]];
  assert.ok(Math.max(...grown) < 128 * 1024 * 1024, `${grown}`);
  for (const answer of stalled) answer.destroy();
});

describeWith(['opensearch'], 'reads through the server, OpenSearch', () => {
  test('a question in the body of GET and of POST reaches the gateway', async () => {
    await using rig = new CtrRig('servers');
    rig.commit('one', {'a.txt': 'one\n'});
    rig.push('main');
    await rig.installWithoutHook();
    await using server = await serveRepository(rig);
    const body = JSON.stringify({query: {match: {content: 'one'}}});
    for (const method of ['GET', 'POST']) {
      const sent = get(server, 'api/v1/repo/head/_search', {
        method,
        headers: {'Content-Type': 'application/json', 'Content-Length': String(body.length)},
        body,
      });
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      const {hits} = (await json(answer)) as {hits: {total: {value: number}}};
      assert.equal(hits.total.value, 1, method);
    }
  });
});

/** The processes for reads, when one has answered to the end: it is free then. */
async function readProcesses(server: ServeRig): Promise<number[]> {
  await until(async () => {
    const answer = await fetch(`${server.url}repo`);
    await answer.arrayBuffer();
    return answer.status === 200;
  }, 'the first answer');
  return server.listReadProcesses();
}

/** The only process for reads does nothing more; its id. */
async function stopReads(server: ServeRig): Promise<number> {
  const pid = (await readProcesses(server)).at(-1);
  process.kill(pid!, 'SIGSTOP');
  return pid!;
}

/** On a busy machine there may be several: none of them does anything more; their ids. */
async function stopAllReads(server: ServeRig): Promise<number[]> {
  const pids = await readProcesses(server);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return pids;
}

function waitFor(server: ServeRig, commit: string, seconds: number): Promise<Response> {
  return fetch(`${server.url}api/v1/repo/refs/main?waitFor=${commit}&waitSeconds=${seconds}`);
}

async function runningReads(server: ServeRig, route = 'api'): Promise<number> {
  const metrics = await (await fetch(`${server.url}metrics`)).text();
  return Number(
    new RegExp(`^ctr_http_requests_running\\{route="${route}"\\} (\\d+)$`, 'm').exec(metrics)?.[1],
  );
}

function get(
  server: ServeRig,
  path: string,
  {body, ...options}: {method?: string; headers?: Record<string, string>; body?: string} = {},
): ClientRequest {
  return request(new URL(path, server.url), options).end(body);
}

function isThere(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

function peakMemoryOf(pid: number): number {
  return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Where the process listens, as its command line has it. */
function folderOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).at(-1)!;
}
