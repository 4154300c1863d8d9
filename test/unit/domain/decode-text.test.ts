import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {decodeText} from '../../../src/domain/decode-text.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function utf16(text: string, {isBig = false} = {}): Buffer {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
}

function utf32(text: string, {isBig = false} = {}): Buffer {
  const codes = Array.from(`\ufeff${text}`, (character) => character.codePointAt(0)!);
  const bytes = Buffer.alloc(codes.length * 4);
  for (const [index, code] of codes.entries()) {
    if (isBig) bytes.writeUInt32BE(code, index * 4);
    else bytes.writeUInt32LE(code, index * 4);
  }
  return bytes;
}

const shiftJis = Buffer.from(
  '93fa967b8cea82cc8365834c8358836782c582b781428abf8e9a82aa82a082e882dc82b78142',
  'hex',
);
const koi8 = Buffer.from('2f2a20f0d2c9d7c5d42c20cdc9d22120fcd4cf20d4c5cbd3d42e202a2f', 'hex');
const code = Buffer.from('int main(void) { return printf("hello world"); }\n'.repeat(20));
const japanese = '日本語のテキストです。\n二行目も日本語です。\n三行目。\n四行目。\n五行目。\n';
const german = latin1('Die Größe der Straße hängt von der Länge ab. Über allen Gipfeln ist Ruh.');

describe('decodeText', () => {
  const cases: [
    name: string,
    bytes: Buffer,
    content: string | undefined,
    encoding?: string,
    isExact?: boolean,
  ][] = [
    ['nothing is empty text', Buffer.alloc(0), '', 'utf-8', true],
    ['ASCII', Buffer.from('plain\n'), 'plain\n', 'utf-8', true],
    ['UTF-8', Buffer.from('größe 猫 😀'), 'größe 猫 😀', 'utf-8', true],
    ['UTF-8 keeps its byte order mark', Buffer.from('\ufeffa'), '\ufeffa', 'utf-8', true],
    ['UTF-16, little', utf16('größe 😀'), 'größe 😀', 'utf-16le', false],
    ['UTF-16, big', utf16('größe 😀', {isBig: true}), 'größe 😀', 'utf-16be', false],
    ['UTF-32, little', utf32('größe 😀'), 'größe 😀', 'utf-32le', false],
    ['UTF-32, big', utf32('größe 😀', {isBig: true}), 'größe 😀', 'utf-32be', false],
    ['a byte order mark alone', utf16(''), '', 'utf-16le', false],
    ['a NUL among the first 8,000 bytes is binary', Buffer.from(`${'a'.repeat(7999)}\0`), undefined],
    ['a later NUL is text', Buffer.from(`${'a'.repeat(8000)}\0`), `${'a'.repeat(8000)}\0`, 'utf-8', true],
    ['UTF-8 with a mark and a NUL is binary', Buffer.from('\ufeffa\0'), undefined],
    ['UTF-16 with an odd byte is binary', Buffer.concat([utf16('ab'), Buffer.from('\0')]), undefined],
    ['UTF-16 with a lone surrogate is not UTF-16', Buffer.from('fffe00d86100', 'hex'), undefined],
    ['UTF-16 with U+0000 is binary', utf16('a\0b'), undefined],
    ['UTF-32 beyond U+10FFFF is binary', Buffer.from('fffe000000001100', 'hex'), undefined],
    ['windows-1252', german, german.toString('latin1'), 'windows-1252', false],
    ['one accent in Latin-1', latin1('caf\xe9'), 'café', 'windows-1252', false],
    ['a few accents in Latin-1', latin1('caf\xe9 \xe0 la carte'), 'café à la carte', 'windows-1252', false],
    [
      'Russian comments in a program',
      Buffer.concat([code, koi8]),
      `${code}/* Привет, мир! Это текст. */`,
      'koi8-r',
      false,
    ],
    [
      'UTF-8 with one bad byte',
      Buffer.concat([Buffer.from('größe straße überall'), latin1('\xe9')]),
      'größe straße überall\ufffd',
      'utf-8',
      false,
    ],
    [
      'five lines of Japanese in UTF-8 and a stray byte',
      Buffer.concat([Buffer.from(japanese), latin1('\x83\n')]),
      `${japanese}\ufffd\n`,
      'utf-8',
      false,
    ],
    [
      'Italian in UTF-8 and a stray byte',
      Buffer.concat([Buffer.from('perché la città è così, più o meno '), latin1('\xe8')]),
      'perché la città è così, più o meno \ufffd',
      'utf-8',
      false,
    ],
    [
      'German in UTF-8 and a stray byte in the middle',
      Buffer.concat([
        Buffer.from('Die Größe '),
        latin1('der Stra\xdfe '),
        Buffer.from('hängt von der Länge ab.'),
      ]),
      'Die Größe der Stra\ufffde hängt von der Länge ab.',
      'utf-8',
      false,
    ],
    [
      'a byte order mark of UTF-8 decides',
      Buffer.from('efbbbfe9e8', 'hex'),
      '\ufeff\ufffd\ufffd',
      'utf-8',
      false,
    ],
    [
      'ISO-2022-JP',
      Buffer.from('1b24423a23467c244f4032246c2447243921231b28420a1b24424c40467c246221231b28420a', 'hex'),
      '今日は晴れです。\n明日も。\n',
      'iso-2022-jp',
      false,
    ],
    [
      'escapes of a terminal are ASCII',
      Buffer.from('\x1b[31mred\x1b[0m'),
      '\x1b[31mred\x1b[0m',
      'utf-8',
      true,
    ],
    ['Shift_JIS', shiftJis, '日本語のテキストです。漢字があります。', 'shift_jis', false],
  ];
  for (const [name, bytes, content, encoding, isExact] of cases) {
    it(name, () => {
      const expected = content === undefined ? undefined : {content, encoding, isExact};
      assert.deepEqual(decodeText(bytes), expected);
    });
  }

  it('never fails, and is exact where it says so', () => {
    const start = fc
      .constantFrom('', 'fffe', 'feff', 'fffe0000', '0000feff', 'efbbbf', '1b2428', '8140', 'e9')
      .map((hex) => Buffer.from(hex, 'hex'));
    fc.assert(
      fc.property(start, fc.uint8Array({min: 0, maxLength: 200}), (head, tail) => {
        const bytes = Buffer.concat([head, tail.map((byte) => byte || 1)]);
        const decoded = decodeText(bytes);
        if (decoded === undefined) return;
        assert.ok(decoded.content.isWellFormed());
        assert.equal(Buffer.from(decoded.content).equals(bytes), decoded.isExact);
      }),
      {numRuns: 2000},
    );
  });
});
