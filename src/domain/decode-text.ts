import {isAscii, isUtf8} from 'node:buffer';
import {TextDecoder} from 'node:util';
import chardet from 'chardet';
import {isMostlyUtf8} from './mostly-utf8.ts';

/** Git's rule: a NUL among so many first bytes makes a blob binary. Source: git, `FIRST_FEW_BYTES` in xdiff-interface.c. */
const BINARY_SNIFF_BYTES = 8000;

const DETECT_BYTES = 64 * 1024;
/** Limit of the bytes for chardet, which takes 0.3 ms for each KB. */
const EVIDENCE_BYTES = 8 * 1024;
const FALLBACK_ENCODING = 'windows-1252';

/** A blob's text. */
export interface DecodedText {
  readonly content: string;
  /** WHATWG name, in lower case; also utf-32le and utf-32be, which WHATWG lacks. */
  readonly encoding: string;
  /** True if `content` as UTF-8 is exactly the bytes: so for all valid UTF-8, with or without a byte order mark. */
  readonly isExact: boolean;
}

/**
 * The text in the bytes, or undefined if they are binary by Git's rule. Structure comes before statistics: bytes with a
 * byte order mark of UTF-16 or UTF-32 that are valid in it are text; so is ISO-2022-JP, which is ASCII with escape
 * sequences; what is UTF-8 but for some bytes (`isMostlyUtf8`) has U+FFFD for these. Other bytes are decoded by the most
 * likely legacy encoding, with U+FFFD for bytes that it does not know; there is always one.
 */
export function decodeText(bytes: Buffer): DecodedText | undefined {
  const wide = decodeWide(bytes);
  if (wide !== undefined) return wide;
  if (hasEarlyNul(bytes)) return undefined;
  if (isAscii(bytes))
    return decodeEscapes(bytes) ?? {content: bytes.toString('latin1'), ...UTF8, isExact: true};
  // Buffer keeps a byte order mark as U+FEFF, TextDecoder would swallow it.
  if (isUtf8(bytes)) return {content: bytes.toString('utf8'), ...UTF8, isExact: true};
  if (isMostlyUtf8(bytes)) return {content: bytes.toString('utf8'), ...UTF8, isExact: false};
  const decoder = legacyDecoder(bytes.subarray(0, DETECT_BYTES));
  return {content: decoder.decode(bytes), encoding: decoder.encoding, isExact: false};
}

const UTF8 = {encoding: 'utf-8'};

/** Sequences that name a Japanese set of characters, and those that go back to ASCII. Source: RFC 1468. */
const TO_JAPANESE = ['\x1b$@', '\x1b$B'];
const TO_ASCII = ['\x1b(B', '\x1b(J'];

function decodeEscapes(bytes: Buffer): DecodedText | undefined {
  const hasOne = (sequences: readonly string[]) => sequences.some((sequence) => bytes.includes(sequence));
  if (!hasOne(TO_JAPANESE) || !hasOne(TO_ASCII)) return undefined;
  const content = decodeStrictly(bytes, 'iso-2022-jp');
  return content === undefined ? undefined : {content, encoding: 'iso-2022-jp', isExact: false};
}

/** True if Git takes a blob with this head for binary. */
export function hasEarlyNul(head: Buffer): boolean {
  const nul = head.indexOf(0);
  return nul >= 0 && nul < BINARY_SNIFF_BYTES;
}

/** The encoding that a byte order mark names, except UTF-8, which needs no mark. */
export function wideEncodingOf(head: Buffer): 'utf-16le' | 'utf-16be' | 'utf-32le' | 'utf-32be' | undefined {
  if (head.length < 2) return undefined;
  if (head[0] === 0xff && head[1] === 0xfe) {
    return head.length >= 4 && head[2] === 0 && head[3] === 0 ? 'utf-32le' : 'utf-16le';
  }
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const isUtf32be =
    head.length >= 4 && head[0] === 0 && head[1] === 0 && head[2] === 0xfe && head[3] === 0xff;
  return isUtf32be ? 'utf-32be' : undefined;
}

/** Decodes UTF-16 and UTF-32 by their byte order mark. Undefined for invalid bytes. */
function decodeWide(bytes: Buffer): DecodedText | undefined {
  const encoding = wideEncodingOf(bytes);
  if (encoding === undefined) return undefined;
  const content = encoding.startsWith('utf-32')
    ? decodeUtf32(bytes, encoding)
    : decodeStrictly(bytes, encoding);
  if (content === undefined || content.includes('\0')) return undefined;
  return {content, encoding, isExact: false};
}

function decodeStrictly(bytes: Buffer, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, {fatal: true}).decode(bytes);
  } catch {
    return undefined; // Bytes of something else may begin in the same way.
  }
}

function decodeUtf32(bytes: Buffer, encoding: string): string | undefined {
  if (bytes.length % 4 !== 0) return undefined;
  const isLittle = encoding === 'utf-32le';
  const parts: string[] = [];
  for (let at = 4; at < bytes.length; at += 4) {
    const code = isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    parts.push(String.fromCodePoint(code));
  }
  return parts.join('');
}

function legacyDecoder(head: Buffer): TextDecoder {
  const encoding = likelyEncoding(linesBeyondAscii(head));
  try {
    const decoder = new TextDecoder(encoding);
    // WHATWG's "replacement" stands for encodings that it refuses to decode, such as ISO-2022-KR.
    if (decoder.encoding !== 'replacement') return decoder;
  } catch {
    // chardet knows names that WHATWG does not.
  }
  return new TextDecoder(FALLBACK_ENCODING);
}

/** Below this, chardet says UTF-8 of a lone `é` in Latin-1. Confidences are 0..100. */
const CONFIDENCE_MIN = 12;
/** Western European is by far the most common: another encoding must be this much likelier. */
const LEAD_MIN = 10;

function likelyEncoding(bytes: Buffer): string {
  // Without a byte order mark, UTF-16 and UTF-32 are noise.
  const matches = chardet.analyse(bytes).filter(({name}) => !/^UTF-(?:16|32)/.test(name));
  const best = matches[0];
  if (best === undefined || best.confidence < CONFIDENCE_MIN) return FALLBACK_ENCODING;
  const western = matches.find(({name}) => name === 'ISO-8859-1' || name === 'windows-1252');
  const isWestern = western !== undefined && western.confidence > best.confidence - LEAD_MIN;
  return isWestern && SINGLE_BYTE.test(best.name) ? FALLBACK_ENCODING : best.name;
}

const SINGLE_BYTE = /^(?:ISO-8859|windows)-/;

/**
 * Only the lines that are not ASCII: in a program with Russian comments the other lines look like English, and English
 * looks like Latin-1. No encoding that chardet knows has a line feed within a character.
 */
function linesBeyondAscii(bytes: Buffer): Buffer {
  const lines: Buffer[] = [];
  let sizeBytes = 0;
  for (let start = 0; start < bytes.length && sizeBytes < EVIDENCE_BYTES; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    const line = bytes.subarray(start, end);
    if (!isAscii(line)) {
      lines.push(line);
      sizeBytes += line.length;
    }
    start = end;
  }
  return Buffer.concat(lines).subarray(0, EVIDENCE_BYTES);
}
