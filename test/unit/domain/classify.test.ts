import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {type Classification, classifyBlob} from '../../../src/domain/classify.ts';

const TEXT_MAX_BYTES = 1000;

function classify(
  path: string,
  bytes: Buffer | string,
  {mode = '100644', sizeBytes = -1} = {},
): Classification {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
  return classifyBlob({
    path,
    mode,
    bytes: buffer,
    sizeBytes: sizeBytes < 0 ? buffer.length : sizeBytes,
    textMaxBytes: TEXT_MAX_BYTES,
  });
}

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;
const png = '\x89PNG\r\n\x1a\n\0\0\0\rIHDR';

describe('classifyBlob', () => {
  const cases: [name: string, classification: Classification, expected: Partial<Classification>][] = [
    [
      'a text',
      classify('src/a.ts', 'let a;\n'),
      {
        kind: 'text',
        mime: 'text/typescript',
        language: 'TypeScript',
        encoding: 'utf-8',
        content: 'let a;\n',
        isExact: true,
        notIndexed: undefined,
      },
    ],
    ['an empty file', classify('a.png', ''), {kind: 'text', mime: 'text/plain', content: '', isExact: true}],
    [
      'a text in another encoding is not exact',
      classify('a.txt', 'caf\xe9 \xe0 la carte'),
      {kind: 'text', content: 'café à la carte', encoding: 'windows-1252', isExact: false},
    ],
    [
      'a binary',
      classify('a.png', png),
      {
        kind: 'binary',
        mime: 'image/png',
        language: undefined,
        encoding: undefined,
        content: undefined,
        isExact: false,
        notIndexed: 'binary',
      },
    ],
    [
      'a binary with the extension of a language',
      classify('a.ts', 'G\0\0'),
      {kind: 'binary', mime: 'video/mp2t', language: undefined},
    ],
    [
      'a PDF without an early NUL',
      classify('a.pdf', '%PDF-1.4\n%\xe2\xe3\xcf\xd3\n'),
      {kind: 'binary', mime: 'application/pdf'},
    ],
    [
      'a PDF that is ASCII is text',
      classify('a.pdf', '%PDF-1.4\n'),
      {kind: 'text', mime: 'text/plain', isExact: true},
    ],
    [
      'a symlink',
      classify('a', '../b.md', {mode: '120000'}),
      {
        kind: 'symlink',
        mime: 'inode/symlink',
        content: '../b.md',
        isExact: true,
        language: undefined,
        notIndexed: undefined,
      },
    ],
    ['a symlink to a pointer is a symlink', classify('a', pointer, {mode: '120000'}), {kind: 'symlink'}],
    [
      'a symlink that is not UTF-8',
      classify('a', 'caf\xe9', {mode: '120000'}),
      {kind: 'symlink', content: undefined, isExact: false, notIndexed: 'binary'},
    ],
    [
      'an LFS pointer',
      classify('a.png', pointer),
      {
        kind: 'lfs',
        mime: 'text/plain',
        content: pointer,
        isExact: true,
        language: undefined,
        notIndexed: undefined,
      },
    ],
    [
      'an LFS pointer with an extension',
      classify('a', pointer.replace('oid', `ext-0-x sha256:${'b'.repeat(64)}\noid`)),
      {kind: 'lfs'},
    ],
    ['an LFS pointer needs an oid', classify('a', pointer.replace('oid', 'id')), {kind: 'text'}],
    ['an LFS pointer has nothing behind it', classify('a', `${pointer}more\n`), {kind: 'text'}],
    [
      'a text too large',
      classify('a.c', 'int a;', {sizeBytes: 1001}),
      {
        kind: 'text',
        mime: 'text/x-c',
        language: 'C',
        content: undefined,
        encoding: undefined,
        isExact: false,
        notIndexed: 'too-large',
      },
    ],
    [
      'a text of the greatest size',
      classify('a.c', ' '.repeat(1000)),
      {kind: 'text', isExact: true, notIndexed: undefined},
    ],
    [
      'a large UTF-16 text',
      classify('a.txt', '\xff\xfea\0', {sizeBytes: 1001}),
      {kind: 'text', notIndexed: 'too-large'},
    ],
    [
      'a large text cut within a character',
      classify('a.txt', 'a\xe2\x82', {sizeBytes: 1001}),
      {kind: 'text', notIndexed: 'too-large'},
    ],
    [
      'a large binary',
      classify('a.png', png, {sizeBytes: 1001}),
      {kind: 'binary', mime: 'image/png', notIndexed: 'binary'},
    ],
    [
      'a large symlink',
      classify('a', 'a', {mode: '120000', sizeBytes: 1001}),
      {kind: 'symlink', notIndexed: 'too-large'},
    ],
  ];
  for (const [name, classification, expected] of cases) {
    it(name, () => assert.deepEqual({...classification, ...expected}, classification));
  }

  const zip = 'PK\x03\x04\x14\0';
  const types: [path: string, bytes: string, mime: string][] = [
    ['a.md', '#', 'text/markdown'],
    ['a.html', '<p>', 'text/html'],
    ['a.svg', '<svg/>', 'image/svg+xml'],
    ['a.png', 'no picture', 'text/plain'],
    ['a.json', '{}', 'application/json'],
    ['a.yml', 'a: 1', 'text/yaml'],
    ['a.sh', 'ls', 'application/x-sh'],
    ['a.mts', 'x', 'text/typescript'],
    ['a.rs', 'fn', 'text/x-rust'],
    ['a.exe', 'text', 'text/plain'],
    ['a.key', 'text', 'text/plain'],
    ['a.constructor', 'text', 'text/plain'],
    ['README', 'text', 'text/plain'],
    ['a', '\0', 'application/octet-stream'],
    ['a.txt', '\0', 'application/octet-stream'],
    ['a.svg', '\0', 'application/octet-stream'],
    ['a.mp3', '\0', 'audio/mpeg'],
    ['a.jpg', png, 'image/png'],
    ['a.txt', '\xff\xd8\xff\xe0\0', 'image/jpeg'],
    ['a', 'GIF89a\0', 'image/gif'],
    ['a', 'RIFF\0\0\0\0WEBP', 'image/webp'],
    ['a.bin', zip, 'application/zip'],
    ['a.docx', zip, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['a.jar', zip, 'application/java-archive'],
    ['a.png', zip, 'application/zip'],
    ['a', '\x1f\x8b\x08\0', 'application/gzip'],
    ['a', '\x1f\x8b\x08\x01', 'application/gzip'],
    ['a', '\x7fELF\0', 'application/x-elf'],
    ['a.so', '\x7fELF\0', 'application/x-elf'],
    ['a.doc', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0', 'application/msword'],
    ['a.ttf', '\0\x01\0\0', 'font/ttf'],
    ['a', 'BM is text', 'text/plain'],
  ];
  for (const [path, bytes, mime] of types) {
    it(`${path} beginning with ${JSON.stringify(bytes)} is ${mime}`, () =>
      assert.equal(classify(path, bytes).mime, mime));
  }

  it('refuses a part of a blob that must be whole', () => {
    assert.throws(() => classify('a', 'a', {sizeBytes: 2}), {name: 'AssertionError'});
  });
});
