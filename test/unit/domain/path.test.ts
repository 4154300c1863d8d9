import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import fc from 'fast-check';
import {decodePath, displayPath, encodePath} from '../../../src/domain/path.ts';

const bytes = (...parts: (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

describe('decodePath', () => {
  const cases: [name: string, bytes: Buffer, path: string][] = [
    ['nothing', bytes(), ''],
    ['ASCII is itself', bytes('src/main.c'), 'src/main.c'],
    ['UTF-8 is itself', bytes('docs/Größe 猫 😀.md'), 'docs/Größe 猫 😀.md'],
    ['control characters are themselves', bytes('a\n\x01\0b'), 'a\n\x01\0b'],
    ['a Latin-1 byte becomes a private-use character', bytes('caf', 0xe9, '.txt'), 'caf\uefe9.txt'],
    ['slashes around invalid bytes survive', bytes(0xff, '/', 0xfe), '\uefff/\ueffe'],
    ['a character cut short is escaped byte by byte', bytes('a', 0xe2, 0x82), 'a\uefe2\uef82'],
    ['an overlong slash is not a slash', bytes(0xc0, 0xaf), '\uefc0\uefaf'],
    ['an overlong three byte form', bytes(0xe0, 0x80, 0xaf), '\uefe0\uef80\uefaf'],
    ['an encoded surrogate', bytes(0xed, 0xa0, 0x80), '\uefed\uefa0\uef80'],
    ['beyond U+10FFFF', bytes(0xf4, 0x90, 0x80, 0x80), '\ueff4\uef90\uef80\uef80'],
    ['a real U+EF80 is escaped too', bytes('\uef80'), '\uefee\uefbe\uef80'],
    ['a real U+EFFF is escaped too', bytes('\uefff'), '\uefee\uefbf\uefbf'],
    ['U+EF7F below and U+F000 above are themselves', bytes('\uef7f\uf000'), '\uef7f\uf000'],
    ['U+FFFD is itself', bytes('\ufffd'), '\ufffd'],
    ['a byte order mark is itself', bytes('\ufeffa'), '\ufeffa'],
  ];
  for (const [name, input, path] of cases) {
    it(name, () => {
      assert.equal(decodePath(input), path);
      assert.deepEqual(encodePath(path), input);
    });
  }

  it('is undone by encodePath, for any bytes', () => {
    const anyByte = fc.oneof(fc.nat(255), fc.constantFrom(0xee, 0xbe, 0xbf, 0x80, 0xed, 0xf0, 0xf4, 0x2f));
    fc.assert(
      fc.property(fc.array(anyByte, {maxLength: 40}), (input) => {
        const path = decodePath(Buffer.from(input));
        assert.ok(path.isWellFormed());
        assert.deepEqual([...encodePath(path)], input);
      }),
      {numRuns: 2000},
    );
  });

  it('splits and joins at slashes as bytes do', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        const joined = Buffer.concat([left, Buffer.from('/'), right]);
        assert.equal(
          decodePath(joined),
          `${decodePath(Buffer.from(left))}/${decodePath(Buffer.from(right))}`,
        );
      }),
    );
  });
});

describe('displayPath', () => {
  const cases: [name: string, path: string, shown: string][] = [
    ['a plain path is itself', 'src/a b.c', 'src/a b.c'],
    ['letters of any script are themselves', 'Größe/猫/😀', 'Größe/猫/😀'],
    ['bytes that are not UTF-8 are octal', 'caf\uefe9.txt', '"caf\\351.txt"'],
    ['a quote and a backslash are escaped', 'a"b\\c', '"a\\"b\\\\c"'],
    ['control characters have Git’s letters', '\x07\b\t\n\v\f\r', '"\\a\\b\\t\\n\\v\\f\\r"'],
    ['other control characters are octal', '\x01\x1b[31m\x7f', '"\\001\\033[31m\\177"'],
    ['C1 controls are octal', 'a\x9bb', '"a\\302\\233b"'],
    ['a right-to-left override is octal', 'a\u202egpj.exe', '"a\\342\\200\\256gpj.exe"'],
    ['isolates are octal', '\u2066', '"\\342\\201\\246"'],
    ['a real private-use character is its bytes', decodePath(bytes('\uef80')), '"\\356\\276\\200"'],
  ];
  for (const [name, path, shown] of cases) it(name, () => assert.equal(displayPath(path), shown));
});
