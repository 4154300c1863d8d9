import assert from 'node:assert/strict';
import {Readable} from 'node:stream';
import {test} from 'node:test';
import type {OpenedFile} from '../../../src/read/read-file.ts';
import {answerRaw, safeHeaders} from '../../../src/web/raw-bytes.ts';

const BYTES = Buffer.from('0123456789');
const OID = 'a'.repeat(40);
const FILE = {path: 'docs/a.txt', kind: 'text', mime: 'text/plain', encoding: 'utf-8'} as const;

function opened(overrides: object = {}): OpenedFile {
  const description = {...FILE, oid: OID, sizeBytes: BYTES.length, ...overrides};
  return {
    description: description as unknown as OpenedFile['description'],
    content: undefined,
    openBytes: async (range) => Readable.from([range ? BYTES.subarray(range.first, range.last + 1) : BYTES]),
  };
}

async function ask(headers: Record<string, string>, {method = 'GET', file = opened()} = {}) {
  const answer = await answerRaw({method, headers: new Headers(headers)}, file, {cacheControl: 'no-cache'});
  return {status: answer.status, headers: answer.headers, text: await answer.text()};
}

for (const [range, status, text, contentRange] of [
  ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
  ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
  ['bytes=7-', 206, '789', 'bytes 7-9/10'],
  ['bytes=-3', 206, '789', 'bytes 7-9/10'],
  ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
  ['bytes=8-99', 206, '89', 'bytes 8-9/10'],
  ['bytes=10-', 416, '', 'bytes */10'],
  ['bytes=-0', 416, '', 'bytes */10'],
  ['bytes=5-4', 200, '0123456789', null],
  ['bytes=-', 200, '0123456789', null],
  ['bytes=0-1,3-4', 200, '0123456789', null],
  ['lines=1-2', 200, '0123456789', null],
] as const) {
  test(`Range ${range} is answered by ${status}`, async () => {
    const answer = await ask({Range: range});
    assert.deepEqual(
      [answer.status, answer.text, answer.headers.get('Content-Range')],
      [status, text, contentRange],
    );
    if (status !== 416) assert.equal(answer.headers.get('Content-Length'), String(text.length));
  });
}

test('no range of an empty file can be served', async () => {
  const {status, headers} = await ask({Range: 'bytes=0-'}, {file: opened({sizeBytes: 0})});
  assert.deepEqual([status, headers.get('Content-Range')], [416, 'bytes */0']);
});

test('a range of another version is answered by the whole', async () => {
  assert.equal((await ask({Range: 'bytes=0-1', 'If-Range': `"${'b'.repeat(40)}"`})).status, 200);
  assert.equal((await ask({Range: 'bytes=0-1', 'If-Range': `"${OID}"`})).status, 206);
});

test('what the client has is not sent again', async () => {
  for (const tags of [`"${OID}"`, `W/"${OID}"`, `"x", "${OID}"`, '*']) {
    const {status, text, headers} = await ask({'If-None-Match': tags, Range: 'bytes=0-1'});
    assert.deepEqual([status, text, headers.get('ETag')], [304, '', `"${OID}"`]);
  }
  assert.equal((await ask({'If-None-Match': '"x"'})).status, 200);
});

test('HEAD opens nothing', async () => {
  const file = {...opened(), openBytes: () => assert.fail('opened')};
  const {status, headers} = await ask({}, {method: 'HEAD', file});
  assert.deepEqual([status, headers.get('Content-Length')], [200, '10']);
});

for (const [what, file, type, disposition] of [
  ['text', FILE, 'text/plain; charset=utf-8', 'inline'],
  ['HTML', {...FILE, mime: 'text/html'}, 'text/plain; charset=utf-8', 'inline'],
  ['SVG as text', {...FILE, mime: 'image/svg+xml'}, 'text/plain; charset=utf-8', 'inline'],
  ['Latin 1', {...FILE, encoding: 'windows-1252'}, 'text/plain; charset=windows-1252', 'inline'],
  ['a link', {...FILE, kind: 'symlink', encoding: undefined}, 'text/plain; charset=utf-8', 'inline'],
  ['PNG', {...FILE, kind: 'binary', mime: 'image/png'}, 'image/png', 'inline'],
  ['SVG', {...FILE, kind: 'binary', mime: 'image/svg+xml'}, 'application/octet-stream', 'attachment'],
  ['PDF', {...FILE, kind: 'binary', mime: 'application/pdf'}, 'application/octet-stream', 'attachment'],
  ['HTML with a NUL', {...FILE, kind: 'binary', mime: 'text/html'}, 'application/octet-stream', 'attachment'],
] as const) {
  test(`${what} is served as ${type}, ${disposition}`, () => {
    const headers = safeHeaders(file);
    assert.equal(headers['Content-Type'], type);
    assert.match(headers['Content-Disposition'], new RegExp(`^${disposition}; `));
    assert.equal(headers['Content-Security-Policy'], "default-src 'none'; sandbox");
    assert.equal(headers['X-Content-Type-Options'], 'nosniff');
  });
}

for (const [name, wanted] of [
  ['a b.txt', `filename="a b.txt"; filename*=UTF-8''a%20b.txt`],
  ['"; x=".html', `filename="_; x=_.html"; filename*=UTF-8''%22%3B%20x%3D%22.html`],
  ['a\r\nSet-Cookie: x', `filename="a__Set-Cookie: x"; filename*=UTF-8''a__Set-Cookie%3A%20x`],
  ['日本.md', `filename="__.md"; filename*=UTF-8''%E6%97%A5%E6%9C%AC.md`],
  ['txt.\u202eexe', `filename="txt._exe"; filename*=UTF-8''txt._exe`],
  ['caf\uefe9', `filename="caf_"; filename*=UTF-8''caf%EF%BF%BD`],
  ["it's(1)*", `filename="it's(1)*"; filename*=UTF-8''it%27s%281%29%2A`],
  ['..\\..\\x', `filename=".._.._x"; filename*=UTF-8''.._.._x`],
] as const) {
  test(`the name ${JSON.stringify(name)} stays within its header`, () => {
    const {'Content-Disposition': disposition} = safeHeaders({...FILE, path: `docs/${name}`});
    assert.equal(disposition, `inline; ${wanted}`);
  });
}
