import {isUtf8} from 'node:buffer';
import {TextDecoder} from 'node:util';
import type {Commit, Signature} from '../domain/commit.ts';
import {cutText} from '../domain/cut-text.ts';
import {CtrError} from '../util/ctr-error.ts';

/** The furthest second from 1970 that a JavaScript date can show. */
const TIME_MAX_SECONDS = 8.64e12;

/** Anybody who may push can make a longer one, and whoever reads the index holds many commits at once. */
const MESSAGE_MAX_CHARACTERS = 65_536;
/** Of a subject, a name, and an address. */
const LINE_MAX_CHARACTERS = 4096;

const DECODERS_MAX = 64;
const decoders = new Map<string, TextDecoder | undefined>();

/**
 * The commit that `bytes` (a commit object) says. Parents are given: a shallow repository shows others.
 *
 * Text is decoded by the commit's `encoding` header; where that is absent, unknown or wrong, as UTF-8; where it is
 * not UTF-8, as Latin-1. NUL, where git's own commands cut the message off, becomes U+FFFD. Of a message the first
 * 65,536 characters count, of subjects, names and addresses 4,096.
 * A signature is read as git reads it: the name before the first `<`, the address up to the next `>`, the time
 * after the last `>`. What is absent is empty, time 0, offset +0000.
 * @throws CtrError OBJECT_CORRUPT when no tree is named.
 */
export function parseCommit(
  {oid, parents}: {readonly oid: string; readonly parents: readonly string[]},
  bytes: Buffer,
): Commit {
  const {headers, messageAt} = splitCommit(bytes);
  const tree = headers.get('tree')?.toString('latin1') ?? '';
  if (!/^[0-9a-f]{40,64}$/.test(tree)) {
    throw new CtrError('OBJECT_CORRUPT', `commit ${oid} names no tree`, {data: {oid}});
  }
  const encoding = headers.get('encoding')?.toString('latin1');
  const message = decodeText(bytes.subarray(messageAt), {encoding, charsMax: MESSAGE_MAX_CHARACTERS});
  return {
    oid,
    tree,
    parents,
    author: parseSignature(headers.get('author'), encoding),
    committer: parseSignature(headers.get('committer'), encoding),
    subject: shorten(subjectOf(message), LINE_MAX_CHARACTERS),
    message,
  };
}

/**
 * A message's first paragraph on one line: as `git log --format=%s`.
 * Source: Git, pretty.c, format_subject: lines lose the white space at their end, not at their beginning.
 */
export function subjectOf(message: string): string {
  const paragraph: string[] = [];
  for (let at = 0; at < message.length; ) {
    const newline = message.indexOf('\n', at);
    const end = newline < 0 ? message.length : newline;
    let lineEnd = end;
    while (lineEnd > at && ' \t\r'.includes(message[lineEnd - 1]!)) lineEnd--;
    if (lineEnd > at) paragraph.push(message.slice(at, lineEnd));
    else if (paragraph.length > 0) break;
    at = end + 1;
  }
  return paragraph.join(' ');
}

interface SplitCommit {
  /** The first of each name. Continued lines (a signature's, a merged tag's) are left out. */
  readonly headers: ReadonlyMap<string, Buffer>;
  readonly messageAt: number;
}

function splitCommit(bytes: Buffer): SplitCommit {
  const headers = new Map<string, Buffer>();
  let at = 0;
  while (at < bytes.length) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline;
    if (end === at) return {headers, messageAt: end + 1};
    const space = bytes.indexOf(0x20, at);
    if (space > at && space < end) {
      const name = bytes.toString('latin1', at, space);
      if (!headers.has(name)) headers.set(name, bytes.subarray(space + 1, end));
    }
    at = end + 1;
  }
  return {headers, messageAt: bytes.length};
}

function parseSignature(line: Buffer | undefined, encoding: string | undefined): Signature {
  if (line === undefined) return {name: '', email: '', timeSeconds: 0, offset: '+0000'};
  const open = line.indexOf('<');
  const nameEnd = open < 0 ? line.length : open;
  const close = open < 0 ? -1 : line.indexOf('>', open);
  const decoded = {encoding, charsMax: LINE_MAX_CHARACTERS};
  const email = open < 0 ? '' : decodeText(line.subarray(open + 1, close < 0 ? line.length : close), decoded);
  const date = line.toString('latin1', line.lastIndexOf('>') + 1);
  const [, time = '0', offset = ''] = /^\s*(-?\d+)(?:\s+([+-]\d{4})(?!\d))?/.exec(date) ?? [];
  return {
    name: decodeText(line.subarray(0, nameEnd), decoded).trim(),
    email: email.trim(),
    timeSeconds: Math.max(-TIME_MAX_SECONDS, Math.min(TIME_MAX_SECONDS, Number(time))),
    offset: offset === '' ? '+0000' : offset,
  };
}

function decodeText(
  bytes: Buffer,
  {encoding, charsMax}: {encoding: string | undefined; charsMax: number},
): string {
  const text =
    decodeAs(bytes, encoding) ?? (isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1'));
  const shown = shorten(text, charsMax);
  return shown.includes('\0') ? shown.replaceAll('\0', '\ufffd') : shown;
}

/** Not a part of the text, which would keep the whole in memory: V8 does not copy parts. */
function shorten(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : Buffer.from(cutText(text, charsMax)).toString();
}

function decodeAs(bytes: Buffer, encoding: string | undefined): string | undefined {
  if (encoding === undefined) return undefined;
  try {
    return decoderOf(encoding)?.decode(bytes);
  } catch {
    // The header is wrong about these bytes.
    return undefined;
  }
}

function decoderOf(encoding: string): TextDecoder | undefined {
  if (!decoders.has(encoding)) {
    // The names come from pushes: what is remembered of them is bounded.
    if (decoders.size >= DECODERS_MAX) decoders.clear();
    decoders.set(encoding, openDecoder(encoding));
  }
  return decoders.get(encoding);
}

function openDecoder(encoding: string): TextDecoder | undefined {
  try {
    return new TextDecoder(encoding, {fatal: true, ignoreBOM: true});
  } catch {
    return undefined;
  }
}
