import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {decodePath} from '../../../../src/domain/path.ts';
import {dispositionOf, rawHeadersOf} from '../../../../src/web/explorer/content-type.ts';
import {parseRange} from '../../../../src/web/explorer/range.ts';

describe('parseRange of 100 bytes', () => {
  const cases: [string | null, unknown][] = [
    [null, undefined],
    ['bytes=0-9', {start: 0, end: 10}],
    ['bytes=90-', {start: 90, end: 100}],
    ['bytes=-10', {start: 90, end: 100}],
    ['bytes=-1000', {start: 0, end: 100}],
    ['bytes=50-1000', {start: 50, end: 100}],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-5', undefined],
    ['bytes=-', undefined],
    ['bytes=0-1,5-6', undefined],
    ['lines=0-1', undefined],
    ['bytes=0-99999999999999999999', undefined],
  ];
  for (const [header, range] of cases) {
    test(String(header), () => assert.deepEqual(parseRange(header, 100), range));
  }
});

describe('rawHeadersOf', () => {
  const cases: [
    kind: 'text' | 'binary' | 'symlink' | 'lfs',
    path: string,
    mime: string,
    type: string,
    how: string,
  ][] = [
    ['text', 'a.html', 'text/html', 'text/plain; charset=utf-8', 'inline'],
    ['text', 'a.svg', 'image/svg+xml', 'text/plain; charset=utf-8', 'inline'],
    ['symlink', 'l', 'inode/symlink', 'text/plain; charset=utf-8', 'inline'],
    ['lfs', 'l', 'text/plain', 'text/plain; charset=utf-8', 'inline'],
    ['binary', 'a.png', 'image/png', 'image/png', 'inline'],
    ['binary', 'a.pdf', 'application/pdf', 'application/pdf', 'attachment'],
    ['binary', 'a.svg', 'image/svg+xml', 'image/svg+xml', 'attachment'],
    ['binary', 'a', 'bad\r\nset-cookie: x', 'application/octet-stream', 'attachment'],
  ];
  for (const [kind, path, mime, type, how] of cases) {
    test(`${kind} ${mime}`, () => {
      const headers = rawHeadersOf({kind, path, mime, encoding: undefined});
      assert.equal(headers['content-type'], type);
      assert.ok(headers['content-disposition'].startsWith(`${how}; `));
    });
  }

  test('text is sent in its own encoding', () => {
    const headers = rawHeadersOf({kind: 'text', path: 'a', mime: 'text/plain', encoding: 'windows-1252'});
    assert.equal(headers['content-type'], 'text/plain; charset=windows-1252');
  });
});

describe('dispositionOf', () => {
  const cases: [name: string, header: string][] = [
    ['a b.txt', `inline; filename="a b.txt"; filename*=UTF-8''a%20b.txt`],
    ['naïve "x".txt', `inline; filename="na-ve -x-.txt"; filename*=UTF-8''na%C3%AFve%20%22x%22.txt`],
    ['a\r\nSet-Cookie: b', `inline; filename="a--Set-Cookie- b"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20b`],
    [decodePath(Buffer.from([0x61, 0xff])), `inline; filename="a-"; filename*=UTF-8''a%EF%BF%BD`],
  ];
  for (const [name, header] of cases) {
    test(JSON.stringify(name), () => assert.equal(dispositionOf('inline', name), header));
  }
});
