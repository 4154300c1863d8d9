import {isUtf8} from 'node:buffer';

/** A byte that is not part of valid UTF-8 is kept as the character U+EF00 + byte, as MirBSD's OPTU-8 does. */
const ESCAPE_BASE = 0xef00;
const ESCAPE = /[\uef80-\uefff]/;

/**
 * The path as a string from which `encodePath` restores exactly these bytes.
 *
 * Valid UTF-8 stays the same. Every other byte becomes one private-use character, U+EF80..U+EFFF, and so do the bytes of
 * those characters themselves: two paths of different bytes are never equal. Slashes stay slashes.
 */
export function decodePath(bytes: Buffer): string {
  if (isUtf8(bytes)) {
    const path = bytes.toString('utf8');
    if (!ESCAPE.test(path)) return path;
  }
  let path = '';
  let validFrom = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = validLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    path += bytes.toString('utf8', validFrom, at) + String.fromCharCode(ESCAPE_BASE + bytes[at]!);
    at += 1;
    validFrom = at;
  }
  return path + bytes.toString('utf8', validFrom);
}

/** The bytes from which `decodePath` made this path. */
export function encodePath(path: string): Buffer {
  if (!ESCAPE.test(path)) return Buffer.from(path);
  const parts: Buffer[] = [];
  for (const part of path.split(/([\uef80-\uefff]+)/)) {
    // The low byte of U+EFxx is the byte itself.
    parts.push(ESCAPE.test(part) ? Buffer.from(part, 'latin1') : Buffer.from(part));
  }
  return Buffer.concat(parts);
}

/**
 * The length in bytes of the valid UTF-8 character that begins at `at`; 0 if there is none, or if it is one of our
 * escapes. Source: the table of well-formed byte sequences in the Unicode standard, section 3.9.
 */
function validLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  if (!isContinuation(second) || !isContinuation(bytes[at + 2] ?? 0)) return 0;
  if (first < 0xf0) {
    const isOverlong = first === 0xe0 && second < 0xa0;
    const isSurrogate = first === 0xed && second > 0x9f;
    const isEscape = first === 0xee && second >= 0xbe;
    return isOverlong || isSurrogate || isEscape ? 0 : 3;
  }
  if (!isContinuation(bytes[at + 3] ?? 0)) return 0;
  const isOutOfRange = (first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f);
  return isOutOfRange ? 0 : 4;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

// In addition to the characters that Git quotes: C1 controls, line separators and changes of the writing direction.
// oxlint-disable-next-line no-control-regex -- controls are what this is about
const UNSHOWABLE = /["\\\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\uef80-\uefff]/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

/**
 * The path for a terminal: unchanged, or in Git's C-quoting if it contains bytes that are not UTF-8, control characters,
 * quotes, backslashes or direction overrides (`"caf\351.txt"`). The same as `git -c core.quotePath=off ls-files`, except
 * for the characters that Git does not quote.
 */
export function displayPath(path: string): string {
  if (path.search(UNSHOWABLE) < 0) return path;
  return `"${path.replace(UNSHOWABLE, (character) => SHORT_ESCAPES[character] ?? octalEscape(character))}"`;
}

function octalEscape(character: string): string {
  return Array.from(encodePath(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
