import assert from 'node:assert/strict';
import {once} from 'node:events';
import {type IncomingMessage, request} from 'node:http';
import {buffer} from 'node:stream/consumers';
import {after, before, describe, test} from 'node:test';
import {brotliDecompressSync, gunzipSync} from 'node:zlib';
import {CtrRig} from '../support/ctr-rig.ts';
import {ServeRig} from '../support/serve-rig.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const TEXT = Array.from({length: 400}, (_, at) => `line ${at} of a long text\n`).join('');

describe('what the server sends is compressed', () => {
  let rig: CtrRig;
  let server: ServeRig;
  before(async () => {
    rig = new CtrRig('embedded');
    const image = Buffer.concat([PNG, Buffer.alloc(5000)]);
    rig.commit('Begin', {
      'long.txt': TEXT,
      'short.txt': 'short\n',
      'image.png': image,
      'a.bin': Buffer.alloc(5000),
    });
    for (let at = 0; at < 40; at++) rig.commit(`Go on for the ${at}th time`, {'long.txt': `${TEXT}${at}\n`});
    rig.commit('End', {'long.txt': TEXT});
    rig.push('main');
    await rig.installWithoutHook();
    server = await ServeRig.start([rig.gitDir], {env: rig.env, cwd: rig.root});
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await rig[Symbol.asyncDispose]();
  });

  const COMPRESSED = [
    '/repo',
    '/repo/file/long.txt',
    '/repo/history',
    '/repo/feed',
    '/repo/raw/long.txt',
    '/api/v1/openapi.json',
    '/api/v1/repo/head/history',
    '/api/v1/repo/head/file/long.txt',
    '/api/v1/repo/head/raw/long.txt',
  ];

  test('pages, feeds, text and the API, the same as without', async () => {
    const style = /href="([^"]*\.css)"/.exec((await ask(server, '/repo')).body.toString())![1]!;
    for (const path of [...COMPRESSED, style]) {
      const plain = await ask(server, path);
      assert.equal(plain.headers['content-encoding'], undefined, path);
      for (const [encoding, decompress] of [
        ['gzip', gunzipSync],
        ['br', brotliDecompressSync],
      ] as const) {
        const packed = await ask(server, path, {'accept-encoding': encoding});
        assert.equal(packed.headers['content-encoding'], encoding, path);
        assert.deepEqual(decompress(packed.body), plain.body, path);
        assert.ok(packed.body.length < plain.body.length / 2, `${path}: ${packed.body.length}`);
        assert.match(String(packed.headers.vary), /Accept-Encoding/);
        assert.match(String(plain.headers.vary), /Accept-Encoding/, path);
        const {date: _a, ...head} = (await ask(server, path, {'accept-encoding': encoding}, 'HEAD')).headers;
        const {date: _b, 'transfer-encoding': _c, ...got} = packed.headers;
        delete head['transfer-encoding'];
        assert.deepEqual(head, got, path);
      }
    }
  });

  test('and is not sent again to whoever has it, packed or not', async () => {
    for (const path of COMPRESSED.filter((path) => path !== '/repo/feed' && !path.includes('openapi'))) {
      for (const encoding of ['identity', 'gzip', 'br']) {
        const first = await ask(server, path, {'accept-encoding': encoding});
        const {etag} = first.headers;
        assert.equal(
          etag?.startsWith('W/'),
          encoding !== 'identity' || (/\/(history|file)/.test(path) && path.startsWith('/api')),
          path,
        );
        const again = await ask(server, path, {'accept-encoding': encoding, 'if-none-match': etag!});
        assert.equal(again.status, 304, `${path} ${encoding}`);
        assert.equal(again.headers.etag, etag, path);
        assert.equal(again.body.length, 0);
      }
    }
  });

  test('as the client weighs the encodings', async () => {
    const chosen = async (accept: string) =>
      (await ask(server, '/repo', {'accept-encoding': accept})).headers['content-encoding'];
    assert.equal(await chosen('gzip, deflate, br, zstd'), 'br');
    assert.equal(await chosen('gzip;q=1.0, br;q=0.5'), 'gzip');
    assert.equal(await chosen('BR;q=0, GZIP'), 'gzip');
    assert.equal(await chosen('*'), 'br');
    assert.equal(await chosen('*;q=0'), undefined);
    assert.equal(await chosen('br;q=0, *;q=0.1'), 'gzip');
    assert.equal(await chosen('identity'), undefined);
    assert.equal(await chosen('deflate, zstd'), undefined);
    assert.equal(await chosen('br;q=nonsense'), undefined);
  });

  test('but not what is small, packed already, a download or a range', async () => {
    for (const path of ['/repo/raw/short.txt', '/repo/raw/image.png', '/repo/raw/a.bin', '/healthz']) {
      const {headers, body} = await ask(server, path, {'accept-encoding': 'gzip, br'});
      assert.equal(headers['content-encoding'], undefined, path);
      assert.equal(Number(headers['content-length']), body.length, path);
    }
    const range = await ask(server, '/repo/raw/long.txt', {'accept-encoding': 'br', range: 'bytes=5-2004'});
    assert.equal(range.status, 206);
    assert.equal(range.body.toString(), TEXT.slice(5, 2005));
    // A download that was packed is not continued by bytes of what is not.
    const {etag} = (await ask(server, '/repo/raw/long.txt', {'accept-encoding': 'br'})).headers;
    const resumed = {'accept-encoding': 'identity', range: 'bytes=5-', 'if-range': etag!};
    assert.equal((await ask(server, '/repo/raw/long.txt', resumed)).status, 200);
  });

  test('and what Git answers is left alone', async () => {
    const {headers} = await ask(server, '/repo/info/refs?service=git-upload-pack', {
      'accept-encoding': 'gzip, br',
    });
    assert.equal(headers['content-encoding'], undefined);
    rig.git('clone', '--quiet', `${server.url}repo`, `${rig.root}/clone`);
    assert.equal(rig.git('-C', `${rig.root}/clone`, 'rev-parse', 'HEAD'), rig.git('rev-parse', 'main'));
  });

  test('a client that leaves in the middle leaves nothing behind', async () => {
    const descriptors = server.countDescriptors();
    for (let at = 0; at < 20; at++) {
      const outgoing = request(new URL('/repo/raw/long.txt', server.url), {
        agent: false,
        headers: {'accept-encoding': 'br'},
      });
      outgoing.end();
      const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
      answer.destroy();
    }
    await server.assertTidy(descriptors);
    assert.equal((await ask(server, '/healthz')).status, 200);
  });
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** As it was sent. */
  readonly body: Buffer;
}

/** What the server sends, not unpacked: `fetch` would unpack it. */
async function ask(
  server: ServeRig,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  const outgoing = request(new URL(path, server.url), {method, headers, agent: false});
  outgoing.end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return {status: answer.statusCode!, headers: answer.headers, body: await buffer(answer)};
}
