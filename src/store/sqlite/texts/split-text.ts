import {hash as digest} from 'node:crypto';
import {type Run, splitRuns} from '../../../domain/split-runs.ts';

/** SHA-256, cut: no pusher can make two runs with one hash, and a hash takes less space than a line. */
const HASH_BYTES = 20;
/** Groups of blocks are like runs of lines: 4 to 64, 16 on average. A list up to 32 is one group. */
const GROUP_MIN = 4;
const GROUP_MAX = 64;
const WHOLE_MAX = 32;
const GROUP_ENDS = 16;
/** Of a run in `SplitText.runs`, before what is ahead of it. */
const RUN_FIELDS = 5;

/**
 * A text in blocks: a block is a run of lines, or a list of blocks. It is stored once for all texts that have it. First
 * come the runs, then the lists, of which the last one is the text. Plain data of few objects: it may be sent to another
 * thread.
 */
export interface SplitText {
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** 0 for an empty text. */
  readonly blockCount: number;
  readonly runCount: number;
  /** Where the fields of each run are in `runs`. */
  readonly places: Int32Array;
  readonly runs: Int32Array;
  /** For each list, the first of its blocks and their number. */
  readonly lists: Int32Array;
  /** A string of bytes for each block, one after the other: equal for equal blocks. */
  readonly hashes: string;
  /** A run ends within a line. */
  readonly isCut: boolean;
}

export function splitText(content: string): SplitText {
  const bytes = encode(content);
  const runs = splitRuns(bytes);
  const hashes = runs.map((run) => hashOfRun(bytes, run));
  const lists: number[] = [];
  for (let from = 0; hashes.length - from > 1; ) {
    const to = hashes.length;
    for (const [first, end] of groupsOf(hashes, from, to)) {
      lists.push(first, end - first);
      hashes.push(hashOfList(hashes, first, end));
    }
    from = to;
  }
  return {
    bytes,
    blockCount: hashes.length,
    runCount: runs.length,
    ...flatten(runs),
    lists: Int32Array.from(lists),
    hashes: hashes.join(''),
    isCut: runs.some(({end, overlapEnd}) => overlapEnd > end),
  };
}

/** The hash of a block, by its place. */
export function hashOfBlock({hashes}: SplitText, block: number): string {
  return hashes.slice(block * HASH_BYTES, (block + 1) * HASH_BYTES);
}

/** The places of the blocks of a list, in order; undefined for a run. */
export function childrenOf({runCount, lists}: SplitText, block: number): number[] | undefined {
  if (block < runCount) return undefined;
  const at = 2 * (block - runCount);
  return Array.from({length: lists[at + 1]!}, (_, i) => lists[at]! + i);
}

export function runAt({places, runs}: SplitText, run: number): Run {
  const at = places[run]!;
  const [start, end, overlapEnd, wordsFrom, count] = runs.subarray(
    at,
    at + RUN_FIELDS,
  ) as unknown as number[];
  const ahead = [...runs.subarray(at + RUN_FIELDS, at + RUN_FIELDS + count!)];
  return {start: start!, end: end!, overlapEnd: overlapEnd!, wordsFrom: wordsFrom!, ahead};
}

/** Not of the pool of small buffers, which would go along to another thread. */
function encode(content: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.byteLength(content));
  new TextEncoder().encodeInto(content, bytes);
  return bytes;
}

function flatten(split: readonly Run[]): {places: Int32Array; runs: Int32Array} {
  const places = new Int32Array(split.length);
  const runs = new Int32Array(split.reduce((sum, {ahead}) => sum + RUN_FIELDS + ahead.length, 0));
  let at = 0;
  for (const [i, {start, end, overlapEnd, wordsFrom, ahead}] of split.entries()) {
    places[i] = at;
    for (const field of [start, end, overlapEnd, wordsFrom, ahead.length, ...ahead]) runs[at++] = field;
  }
  return {places, runs};
}

/** Groups that end at certain hashes, so that two lists with a common part have most groups in common. */
function groupsOf(hashes: readonly string[], from: number, to: number): [first: number, end: number][] {
  if (to - from <= WHOLE_MAX) return [[from, to]];
  const groups: [first: number, end: number][] = [];
  let first = from;
  for (let end = from + 1; end <= to; end++) {
    const isEnd = end - first >= GROUP_MIN && hashes[end - 1]!.charCodeAt(0) % GROUP_ENDS === 0;
    if (!isEnd && end - first < GROUP_MAX && end < to) continue;
    groups.push([first, end]);
    first = end;
  }
  return groups;
}

let scratch = Buffer.alloc(64 * 1024);

/** Of everything that is indexed of the run: its text, the two characters and the words that follow. */
function hashOfRun(bytes: Uint8Array, {start, end, overlapEnd, wordsFrom, ahead}: Run): string {
  let length = 16 + overlapEnd - start;
  for (let i = 0; i < ahead.length; i += 2) length += ahead[i + 1]! - ahead[i]!;
  makeRoom(length);
  scratch.writeUInt32LE(0, 0);
  scratch.writeUInt32LE(end - start, 4);
  scratch.writeUInt32LE(overlapEnd - start, 8);
  scratch.writeUInt32LE(Math.min(wordsFrom, end) - start, 12);
  scratch.set(bytes.subarray(start, overlapEnd), 16);
  let at = 16 + overlapEnd - start;
  for (let i = 0; i < ahead.length; i += 2) {
    scratch.set(bytes.subarray(ahead[i], ahead[i + 1]), at);
    at += ahead[i + 1]! - ahead[i]!;
  }
  return hashOf(length);
}

function hashOfList(hashes: readonly string[], first: number, end: number): string {
  makeRoom(4 + (end - first) * HASH_BYTES);
  // No run begins like this: its first number is 0.
  scratch.writeUInt32LE(end - first, 0);
  let at = 4;
  for (let block = first; block < end; block++) at += scratch.write(hashes[block]!, at, 'latin1');
  return hashOf(at);
}

function makeRoom(length: number): void {
  if (length > scratch.length) scratch = Buffer.alloc(2 * length);
}

/** One call for all: several times as fast as a hash that is updated. */
function hashOf(length: number): string {
  return digest('sha256', scratch.subarray(0, length), 'binary').slice(0, HASH_BYTES);
}
