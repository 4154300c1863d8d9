import {isUtf8} from 'node:buffer';
import {TextDecoder} from 'node:util';
import {isMostlyUtf8} from '../domain/mostly-utf8.ts';

const DECODERS_MAX = 64;
const decoders = new Map<string, TextDecoder | undefined>();

/** The web's decoders take this name for windows-1252. */
const LATIN1 = /^(?:iso[-_]?8859-1|8859_1|latin-?1|l1)$/;
/**
 * Names that iconv knows, which Git uses, and the web's decoders do not; in lower case. Source: `iconv --list` of glibc, and
 * the labels of https://encoding.spec.whatwg.org/#names-and-labels.
 */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...['cp932', 'ibm943'].map((name) => [name, 'windows-31j'] as const),
  ...['cp936', 'ms936', 'euc-cn', 'euccn'].map((name) => [name, 'gbk'] as const),
  ...['cp949', 'uhc', 'ms949', 'euckr', 'cp51949'].map((name) => [name, 'euc-kr'] as const),
  ...['cp950', 'ms950', 'big-5', 'big5hkscs'].map((name) => [name, 'big5'] as const),
  ...['eucjp', 'ujis', 'cp51932', 'eucjp-ms', 'eucjp-win'].map((name) => [name, 'euc-jp'] as const),
  ...['iso2022jp', 'csiso2022jp'].map((name) => [name, 'iso-2022-jp'] as const),
  ['koi8r', 'koi8-r'],
  ['koi8u', 'koi8-u'],
  ['tis620', 'windows-874'],
  ['mac-cyrillic', 'x-mac-cyrillic'],
]);
/** Java's way to write ISO 8859, which iconv takes, too. */
const ISO_8859 = /^8859[-_](\d{1,2})$/;

/** So many characters outside of ASCII are right for each that is not: a name that is wrong gives fewer. */
const RIGHT_PER_WRONG = 2;

/**
 * Text of a commit in the encoding that its header names; undefined: UTF-8. Where that is unknown or wrong: UTF-8, or
 * Latin-1 if it is not that. One bad byte is U+FFFD, and spoils nothing else.
 */
export function decodeMessage(bytes: Buffer, encoding: string | undefined): string {
  return (
    decodeAs(bytes, encoding?.trim().toLowerCase() ?? 'utf-8') ??
    decodeUtf8(bytes) ??
    bytes.toString('latin1')
  );
}

function decodeUtf8(bytes: Buffer): string | undefined {
  return isUtf8(bytes) || isMostlyUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function decodeAs(bytes: Buffer, name: string): string | undefined {
  if (LATIN1.test(name)) return bytes.toString('latin1');
  const decoder = decoderOf(name);
  if (decoder === undefined || decoder.encoding === 'utf-8') return undefined;
  const text = decoder.decode(bytes);
  const wrong = text.match(/\ufffd/g)?.length ?? 0;
  if (wrong === 0) return text;
  if (isUtf8(bytes)) return undefined;
  const right = (text.match(/[^\0-\x7f]/g)?.length ?? 0) - wrong;
  return right >= RIGHT_PER_WRONG * wrong ? text : undefined;
}

function decoderOf(name: string): TextDecoder | undefined {
  if (!decoders.has(name)) {
    // The names come from pushes, so the cache is bounded.
    if (decoders.size >= DECODERS_MAX) decoders.clear();
    decoders.set(name, openDecoder(name));
  }
  return decoders.get(name);
}

function openDecoder(name: string): TextDecoder | undefined {
  try {
    const label = NAMES.get(name) ?? name.replace(ISO_8859, 'iso-8859-$1');
    const decoder = new TextDecoder(label, {ignoreBOM: true});
    // Stands for encodings that are refused, such as ISO-2022-KR.
    return decoder.encoding === 'replacement' ? undefined : decoder;
  } catch {
    return undefined;
  }
}
