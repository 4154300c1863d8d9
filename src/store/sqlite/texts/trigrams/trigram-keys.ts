import {foldCase} from '../../../../domain/fold-case.ts';

/** Keys are below this. */
export const KEYS = 2 ** 21;

/**
 * A number for three UTF-16 units in a row: of ASCII each its own. Others share theirs: a search by it finds too much,
 * never too little.
 */
function keyOf(a: number, b: number, c: number): number {
  if ((a | b | c) < 0x80) return (a << 14) | (b << 7) | c;
  return (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35)) >>> 11;
}

/** Calls `take` with the key of each trigram of the UTF-8, folded, also repeatedly. */
export function eachTrigram(utf8: Uint8Array, take: (key: number) => void): void {
  for (let at = 0; at < utf8.length; at++) {
    if (utf8[at]! < 0x80) continue;
    eachOfText(Buffer.from(utf8.buffer, utf8.byteOffset, utf8.length).toString(), take);
    return;
  }
  // ASCII, the same several times as fast.
  let key = 0;
  for (let at = 0; at < utf8.length; at++) {
    key = ((key << 7) | LOWER[utf8[at]!]!) & (KEYS - 1);
    if (at >= 2) take(key);
  }
}

/** By ASCII character. */
const LOWER = Uint8Array.from({length: 0x80}, (_, byte) =>
  String.fromCharCode(byte).toLowerCase().charCodeAt(0),
);

function eachOfText(text: string, take: (key: number) => void): void {
  const folded = foldCase(text);
  let a = folded.charCodeAt(0);
  let b = folded.charCodeAt(1);
  for (let at = 2; at < folded.length; at++) {
    const c = folded.charCodeAt(at);
    take(keyOf(a, b, c));
    a = b;
    b = c;
  }
}

/** The keys of a text, each once. None for less than three units. */
export function trigramKeys(text: string): number[] {
  const keys = new Set<number>();
  eachOfText(text, (key) => keys.add(key));
  return [...keys];
}
