/** What a server can do to us, from servers that do nothing else. These need no real one. */
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, {type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {describe, type TestContext, test} from 'node:test';
import type {ObjectStore} from '../../../src/store/ports/object-store.ts';
import {openS3Objects} from '../../../src/store/s3/open-s3-objects.ts';
import {listAll} from './object-store-suite.ts';

const MIB = 1024 * 1024;
const TIMEOUT_MS = 150;
const UNAVAILABLE = {
  name: 'CtrError',
  code: 'BACKEND_UNAVAILABLE',
  hint: 'Start it, or set ctr.objects.url. Queued pushes are kept.',
};

describe('s3: a server that is not well', () => {
  test('a closed port fails at once, whatever is asked', async (t) => {
    const port = await closedPort();
    const store = await openStore(t, port);
    for (const [name, call] of Object.entries(everyCall(store))) {
      await assert.rejects(call(), {...UNAVAILABLE, message: /ECONNREFUSED/}, name);
    }
  });

  test('a name that does not resolve is unavailable', async (t) => {
    const store = await openStore(t, 9, {url: 'http://no-such-host.invalid:9'});
    await assert.rejects(store.stat('a'), UNAVAILABLE);
  });

  test('a server that accepts and then says nothing ends each call', async (t) => {
    const {port} = await listen(
      t,
      net.createServer(() => {}),
    );
    const store = await openStore(t, port);
    for (const [name, call] of Object.entries(everyCall(store))) {
      const startMs = performance.now();
      await assert.rejects(call(), UNAVAILABLE, name);
      assert(performance.now() - startMs < 20 * TIMEOUT_MS, name);
    }
  });

  test('a put whose upload the server stops taking ends, and lets the source go', async (t) => {
    // Reads nothing: the bytes pile up in the kernel until nothing moves any more.
    const {port} = await listen(t, net.createServer({pauseOnConnect: true}));
    const store = await openStore(t, port);
    const source = Readable.from([Buffer.alloc(8 * MIB)]);
    await assert.rejects(store.put('a', 8 * MIB, source), UNAVAILABLE);
    assert.equal(source.destroyed, true);
  });

  test('a server that goes silent in the middle of an object ends the stream with an error', async (t) => {
    const store = await openFake(t, (_, response) => {
      response.writeHead(200, {'content-length': MIB});
      response.write(Buffer.alloc(MIB / 2));
    });
    const stream = await store.get('a');
    await assert.rejects(buffer(stream!), UNAVAILABLE);
  });

  test('a server that dies in the middle of an object ends the stream with an error', async (t) => {
    const store = await openFake(t, (_, response) => {
      response.writeHead(200, {'content-length': MIB});
      response.write(Buffer.alloc(MIB / 2), () => response.destroy());
    });
    await assert.rejects(buffer((await store.get('a'))!), UNAVAILABLE);
  });

  test('a reader that takes its time is no silence', async (t) => {
    const store = await openFake(t, (_, response) => {
      response.writeHead(200, {'content-length': 8 * MIB});
      response.end(Buffer.alloc(8 * MIB));
    });
    const stream = await store.get('a');
    let bytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      // Twice in the middle, for longer than the timeout: the one wait here, as silence is what is tested.
      if (bytes < MIB && bytes + chunk.length >= MIB) await pause(3 * TIMEOUT_MS);
      if (bytes < 5 * MIB && bytes + chunk.length >= 5 * MIB) await pause(3 * TIMEOUT_MS);
      bytes += chunk.length;
    }
    assert.equal(bytes, 8 * MIB);
  });

  for (const [sizeBytes, name] of [
    [1000, 'a small object'],
    [20 * MIB, 'an upload in parts'],
  ] as const) {
    test(`a server that dies in the middle of ${name} rejects the put`, async (t) => {
      let requests = 0;
      const server = http.createServer((request, response) => {
        requests++;
        if (request.method === 'POST') return void response.end(`<I><UploadId>007</UploadId></I>`);
        request.once('data', () => {
          server.closeAllConnections();
          server.close();
        });
      });
      const {port} = await listen(t, server);
      const store = await openStore(t, port);
      const source = Readable.from([Buffer.alloc(sizeBytes)]);
      await assert.rejects(store.put('a', sizeBytes, source), UNAVAILABLE);
      assert(requests >= 1);
    });
  }

  test('an answer that is no HTTP is unavailable', async (t) => {
    const server = net.createServer((socket) => void socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    const store = await openStore(t, (await listen(t, server)).port);
    await assert.rejects(store.stat('a'), UNAVAILABLE);
  });

  test('a page of HTML is not S3, and not an empty list', async (t) => {
    const store = await openFake(t, (_, response) => void response.end('<html>MinIO Console</html>'));
    const notS3 = {code: 'BACKEND_UNSUPPORTED', hint: /port of the API/};
    await assert.rejects(store.createPlace(), notS3);
    await assert.rejects(listAll(store, ''), notS3);
    await assert.rejects(store.put('a', 20 * MIB, Buffer.alloc(20 * MIB)), notS3);
  });
});

describe('s3: failures that pass', () => {
  for (const answer of [
    {status: 503, body: '<Error><Code>SlowDown</Code><Message>slow</Message></Error>'},
    {status: 503, body: ''},
    {status: 500, body: '<Error><Code>InternalError</Code></Error>'},
    {status: 429, body: 'too many'},
    {status: 400, body: '<Error><Code>RequestTimeout</Code></Error>'},
    {status: 200, body: '<?xml version="1.0"?><Error><Code>InternalError</Code></Error>'},
    {status: 0, body: ''},
  ]) {
    test(`status ${answer.status} ${answer.body.slice(0, 40)} is retried until it passes`, async (t) => {
      const bodies: number[] = [];
      const store = await openFake(
        t,
        async (request, response) => {
          bodies.push((await buffer(request)).length);
          if (bodies.length > 2) return response.end();
          if (answer.status === 0) return response.destroy();
          response.writeHead(answer.status).end(answer.body);
        },
        {timeoutMs: 5000},
      );
      await store.put('a', 1000, Buffer.alloc(1000));
      assert.deepEqual(bodies, [1000, 1000, 1000], 'the whole body each time');
    });
  }

  test('what does not pass is unavailable after some attempts, without a word on the console', async (t) => {
    const warn = t.mock.method(console, 'warn', () => {});
    let requests = 0;
    const body = '<Error><Code>SlowDown</Code><Message>Reduce your rate</Message></Error>';
    const store = await openFake(
      t,
      (_, response) => {
        requests++;
        response.writeHead(503).end(body);
      },
      {timeoutMs: 1000},
    );
    await assert.rejects(store.put('a', 2, Buffer.from('hi')), {
      code: 'BACKEND_UNAVAILABLE',
      message: /cannot serve now: SlowDown: Reduce your rate/,
    });
    assert(requests >= 3 && requests <= 5, `${requests} requests`);
    assert.equal(warn.mock.callCount(), 0);
  });

  test('a completion whose answer was lost counts when the object is there', async (t) => {
    let completions = 0;
    const sizeBytes = 9 * MIB;
    const store = await openFake(
      t,
      async (request, response) => {
        await buffer(request);
        if (request.url?.endsWith('?uploads=')) return response.end('<I><UploadId>1e5</UploadId></I>');
        if (request.method === 'HEAD') return response.writeHead(200, {'content-length': sizeBytes}).end();
        if (request.method === 'PUT') return response.writeHead(200, {etag: '"e&1"'}).end();
        assert.match(request.url!, /\?uploadId=1e5$/);
        if (completions++ === 0) return response.destroy();
        response.writeHead(404).end('<Error><Code>NoSuchUpload</Code></Error>');
      },
      {timeoutMs: 5000},
    );
    await store.put('a', sizeBytes, Buffer.alloc(sizeBytes));
    assert.equal(completions, 2);
  });

  test('an upload in parts that fails is aborted', async (t) => {
    const aborted: string[] = [];
    const store = await openFake(t, async (request, response) => {
      await buffer(request);
      if (request.method === 'POST') return response.end('<I><UploadId>u/1+2==</UploadId></I>');
      if (request.method === 'DELETE') aborted.push(request.url!);
      response.writeHead(request.method === 'DELETE' ? 204 : 403).end();
    });
    await assert.rejects(store.put('a', 9 * MIB, Buffer.alloc(9 * MIB)), {code: 'BACKEND_REFUSED'});
    assert.deepEqual(aborted, ['/ctr-test/a?uploadId=u%2F1%2B2%3D%3D']);
  });
});

describe('s3: refusals, and what to do about them', () => {
  for (const [code, status, hint] of [
    ['InvalidAccessKeyId', 403, /CTR_OBJECTS_ACCESS_KEY and CTR_OBJECTS_SECRET_KEY/],
    ['SignatureDoesNotMatch', 403, /CTR_OBJECTS_ACCESS_KEY and CTR_OBJECTS_SECRET_KEY/],
    ['AccessDenied', 403, /s3:ListBucket.*CTR_OBJECTS_ACCESS_KEY and CTR_OBJECTS_SECRET_KEY/],
    ['RequestTimeTooSkewed', 403, /clock/],
    ['AuthorizationHeaderMalformed', 400, /ctr\.objects\.region to eu-west-9/],
    ['PermanentRedirect', 301, /ctr\.objects\.region to eu-west-9/],
    ['InvalidArgument', 400, /ctr\.objects\.url/],
  ] as const) {
    test(`${status} ${code}`, async (t) => {
      const store = await openFake(t, (_, response) => {
        response.writeHead(status).end(`<Error><Code>${code}</Code><Region>eu-west-9</Region></Error>`);
      });
      for (const call of [() => store.createPlace(), () => store.get('a'), () => store.delete(['a'])]) {
        await assert.rejects(call(), {name: 'CtrError', code: 'BACKEND_REFUSED', hint});
      }
    });
  }

  for (const [code, status, message, hint] of [
    ['AccessDenied', 403, /may not create/, /by hand/],
    ['BucketAlreadyExists', 409, /another account/, /ctr\.objects\.bucket/],
  ] as const) {
    test(`${code} on creating the bucket`, async (t) => {
      const store = await openFake(t, (request, response) => {
        if (request.method === 'GET') response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
        else response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
      });
      await assert.rejects(store.createPlace(), {name: 'CtrError', code: 'BACKEND_REFUSED', message, hint});
    });
  }

  test('a key that stays when others are deleted is a failure', async (t) => {
    const store = await openFake(t, (_, response) => {
      const error = (key: string, code: string) => `<Error><Key>${key}</Key><Code>${code}</Code></Error>`;
      response.end(`<DeleteResult>${error('a', 'NoSuchKey')}${error('b', 'AccessDenied')}</DeleteResult>`);
    });
    await assert.rejects(store.delete(['a', 'b']), {code: 'BACKEND_REFUSED'});
  });

  test('another region is named when the bucket is made', async (t) => {
    let body = '';
    const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
      if (request.method === 'GET') {
        response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
        return;
      }
      body = (await buffer(request)).toString();
      response.end();
    };
    const fake = http.createServer((request, response) => void answer(request, response));
    const store = await openStore(t, (await listen(t, fake)).port, {region: 'eu-west-9'});
    await store.createPlace();
    assert.match(body, /<LocationConstraint>eu-west-9</);
  });

  for (const options of [
    {url: 'localhost:9000'},
    {url: 'ftp://localhost'},
    {url: 'http://localhost/path'},
    {url: ''},
    {bucket: 'A'},
    {bucket: 'a/b'},
    {bucket: '../x'},
    {caFile: '/no/such/file.pem'},
    {accessKey: ''},
    {secretKey: ''},
  ]) {
    test(`${JSON.stringify(options)} is a mistake in the configuration`, async () => {
      const all = {url: 'http://localhost:9', bucket: 'ctr-test', accessKey: 'a', secretKey: 'b', ...options};
      await assert.rejects(openS3Objects(all), {name: 'CtrError', code: 'CONFIG'});
    });
  }
});

describe('s3: over TLS', () => {
  test('a certificate of an authority of our own is trusted when caFile names it, and not before', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'ctr-tls-'));
    t.after(() => rmSync(directory, {recursive: true}));
    const [key, caFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const output = ['-keyout', key, '-out', caFile];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...output], {
      stdio: 'ignore',
    });
    const server = https.createServer({key: readFileSync(key), cert: readFileSync(caFile)}, (_, response) => {
      response.end('bytes');
    });
    const {port} = await listen(t, server);
    const url = `https://127.0.0.1:${port}`;

    const distrusting = await openStore(t, port, {url});
    await assert.rejects(distrusting.get('a'), {code: 'BACKEND_REFUSED', hint: /ctr\.objects\.caFile/});
    const trusting = await openStore(t, port, {url, caFile, timeoutMs: 5000});
    assert.equal((await buffer((await trusting.get('a'))!)).toString(), 'bytes');
  });
});

function everyCall(store: ObjectStore): Record<string, () => Promise<unknown>> {
  return {
    createPlace: () => store.createPlace(),
    put: () => store.put('a', 2, Buffer.from('hi')),
    putStream: () => store.put('a', 2, Readable.from([Buffer.from('hi')])),
    putLarge: () => store.put('a', 20 * MIB, Buffer.alloc(20 * MIB)),
    get: () => store.get('a'),
    stat: () => store.stat('a'),
    list: () => listAll(store, ''),
    delete: () => store.delete(['a']),
    listUnfinished: () => Array.fromAsync(store.listUnfinished('')),
    deleteUnfinished: () => store.deleteUnfinished([{id: 'a:upload', sizeBytes: 1}]),
  };
}

type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => unknown;

async function openFake(t: TestContext, answer: Answer, overrides: Overrides = {}): Promise<ObjectStore> {
  const server = http.createServer((request, response) => void answer(request, response));
  return await openStore(t, (await listen(t, server)).port, overrides);
}

/** Of the store's options. A patient timeout leaves room for retries. */
type Overrides = {url?: string; region?: string; caFile?: string; timeoutMs?: number};

async function openStore(t: TestContext, port: number, overrides: Overrides = {}) {
  const address = {
    url: `http://127.0.0.1:${port}`,
    bucket: 'ctr-test',
    accessKey: 'key',
    secretKey: 'secret',
  };
  const store = await openS3Objects({...address, timeoutMs: TIMEOUT_MS, ...overrides});
  t.after(() => store[Symbol.asyncDispose]());
  return store;
}

async function listen(t: TestContext, server: net.Server): Promise<AddressInfo> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return server.address() as AddressInfo;
}

async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function pause(pauseMs: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, pauseMs));
}
