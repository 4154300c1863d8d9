import type {Commit, Signature} from '../domain/commit.ts';
import {cutText} from '../domain/cut-text.ts';
import {CtrError} from '../util/ctr-error.ts';
import {decodeMessage} from './decode-message.ts';

/** Upper limit of times, in the year 142,715,360. Integers are exact up to twice this number. */
const TIME_MAX_SECONDS = 2 ** 52;
/** The year of a later time does not fit into C's `struct tm`: Git then shows the beginning of 1970. */
const GIT_TIME_MAX_SECONDS = 6.7768e16;
const INT_MAX = 2 ** 31 - 1;
const INT_MIN = -(2 ** 31);
const NO_DATE = {timeSeconds: 0, offset: '+0000'};

/** Limits memory: a pushed message may have any length, and readers of the index hold many commits at once. */
const MESSAGE_MAX_CHARACTERS = 65_536;
/** Limit of a subject, a name, and an address. */
const LINE_MAX_CHARACTERS = 4096;

/**
 * Parses `bytes`, a commit object. Parents come from the caller: a shallow repository shows others.
 *
 * Text is decoded by the commit's `encoding` header (`decodeMessage`). NUL, at which git's own commands cut the message
 * off, becomes U+FFFD. Messages are cut to 65,536
 * characters, subjects, names and addresses to 4,096.
 * A signature is parsed as git does it: the name before the first `<`, the address up to the next `>`, the time and the
 * offset after the last `>`; of several signatures the last. Absent parts are empty, time 0, offset +0000.
 * @throws CtrError OBJECT_CORRUPT if no tree is named.
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

/** The first header of each name; the last for people. Continuation lines (of a signature, a merged tag) are omitted. */
function splitCommit(bytes: Buffer): {headers: ReadonlyMap<string, Buffer>; messageAt: number} {
  const headers = new Map<string, Buffer>();
  let at = 0;
  while (at < bytes.length) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline;
    if (end === at) return {headers, messageAt: end + 1};
    const space = bytes.indexOf(0x20, at);
    if (space > at && space < end) {
      const name = bytes.toString('latin1', at, space);
      if (!headers.has(name) || name === 'author' || name === 'committer')
        headers.set(name, bytes.subarray(space + 1, end));
    }
    at = end + 1;
  }
  return {headers, messageAt: bytes.length};
}

/** Source: Git, ident.c, split_ident_line; pretty.c, show_ident_date. Only ASCII white space counts, as in Git. */
function parseSignature(line: Buffer | undefined, encoding: string | undefined): Signature {
  const open = line?.indexOf('<') ?? -1;
  const close = open < 0 ? -1 : line!.indexOf('>', open);
  if (line === undefined || close < 0) return {name: '', email: '', ...NO_DATE};
  let nameEnd = open;
  while (nameEnd > 0 && ' \t\n\r'.includes(String.fromCharCode(line[nameEnd - 1]!))) nameEnd--;
  const decoded = {encoding, charsMax: LINE_MAX_CHARACTERS};
  return {
    name: decodeText(line.subarray(0, nameEnd), decoded),
    email: decodeText(line.subarray(open + 1, close), decoded),
    ...parseDate(line.toString('latin1', line.lastIndexOf('>') + 1)),
  };
}

/** A date without an offset, or one that is not a number, counts as absent. */
function parseDate(text: string): Pick<Signature, 'timeSeconds' | 'offset'> {
  const [, time, offset] = /^[ \t\n\r]*(\d+)[ \t\n\r]*([+-]\d+)/.exec(text) ?? [];
  const timeSeconds = Number(time ?? 0);
  if (offset === undefined || timeSeconds > GIT_TIME_MAX_SECONDS) return NO_DATE;
  const zone = Number(offset) > INT_MIN && Number(offset) < INT_MAX ? Number(offset) : 0;
  return {
    timeSeconds: Math.min(TIME_MAX_SECONDS, timeSeconds),
    offset: `${zone < 0 ? '-' : '+'}${String(Math.abs(zone)).padStart(4, '0')}`,
  };
}

function decodeText(
  bytes: Buffer,
  {encoding, charsMax}: {encoding: string | undefined; charsMax: number},
): string {
  const shown = shorten(decodeMessage(bytes, encoding), charsMax);
  return shown.includes('\0') ? shown.replaceAll('\0', '\ufffd') : shown;
}

/** Copies the text: a V8 substring would keep the whole string in memory. */
function shorten(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : Buffer.from(cutText(text, charsMax)).toString();
}
