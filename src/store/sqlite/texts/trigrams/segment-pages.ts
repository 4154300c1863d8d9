import type {Database} from '../../database.ts';
import {ByteReader} from '../byte-reader.ts';
import {ByteWriter} from '../byte-writer.ts';
import {decodeNumbers, encodeNumbers} from '../numbers.ts';
import {type CodedOrdinals, putOrdinals, skipOrdinals, takeOrdinals} from './posting-code.ts';
import type {Posting, Segment} from './segment-builder.ts';
import {KEYS} from './trigram-keys.ts';

/** Of SQLite's page size: a row of it takes no overflow page more than it needs. */
const PAGE_BYTES = 4000;

export interface StoredSegment {
  readonly id: number;
  readonly runs: Int32Array;
}

/** A segment as it is stored. Plain data: it may be sent to another thread. */
export interface EncodedSegment {
  readonly runs: readonly number[];
  readonly pages: readonly {readonly firstKey: number; readonly bytes: Uint8Array}[];
}

/** A page has, for each key, the distance from the one before, then the ordinals. */
export function encodeSegment({runs, postings}: Segment): EncodedSegment {
  const pages: {firstKey: number; bytes: Uint8Array}[] = [];
  let writer = new ByteWriter();
  let firstKey = 0;
  let before = 0;
  const end = () => {
    if (writer.length > 0) pages.push({firstKey, bytes: writer.bytes()});
    writer = new ByteWriter();
  };
  for (const {key, ordinals} of postings) {
    if (writer.length >= PAGE_BYTES) end();
    if (writer.length === 0) firstKey = before = key;
    writer.putVarint(key - before);
    putOrdinals(writer, ordinals, runs.length);
    before = key;
  }
  end();
  return {runs, pages};
}

/** A page lies under `id of the segment * KEYS + its first key`. */
export function insertSegment(db: Database, {runs, pages}: EncodedSegment): void {
  const id = Number(db.get('SELECT max(id) AS last FROM trigram_segments')!['last'] ?? 0) + 1;
  const lastRun = runs.reduce((last, run) => Math.max(last, run), 0);
  db.run('INSERT INTO trigram_segments VALUES (?, ?, ?, ?)', id, runs.length, lastRun, encodeNumbers(runs));
  for (const {firstKey, bytes} of pages)
    db.run('INSERT INTO trigram_pages VALUES (?, ?)', id * KEYS + firstKey, bytes);
}

export function deleteSegment(db: Database, id: number): void {
  db.run('DELETE FROM trigram_segments WHERE id = ?', id);
  db.run('DELETE FROM trigram_pages WHERE id >= ? AND id < ?', id * KEYS, (id + 1) * KEYS);
}

/** Runs up to this one have their trigrams in segments; 0 if none has. */
export function lastCovered(db: Database): number {
  return Number(db.get('SELECT max(last_run) AS last FROM trigram_segments')!['last'] ?? 0);
}

export function listSegments(db: Database): StoredSegment[] {
  const rows = db.all('SELECT id, runs FROM trigram_segments ORDER BY id');
  return rows.map(({id, runs}) => ({id: Number(id), runs: decodeNumbers(runs as Uint8Array)}));
}

/** All postings of a segment by key. Reads a page at a time, so that others may be written in between. */
export function* readPostings(db: Database, {id, runs}: StoredSegment): Generator<Posting> {
  for (let next = id * KEYS; ; ) {
    const row = db.get('SELECT id, postings FROM trigram_pages WHERE id >= ? ORDER BY id LIMIT 1', next);
    const place = Number(row?.['id'] ?? Number.POSITIVE_INFINITY);
    if (place >= (id + 1) * KEYS) return;
    for (const {key, coded} of postingsOf(row!['postings'] as Uint8Array, {
      first: place % KEYS,
      size: runs.length,
    }))
      yield {key, ordinals: coded.decode()};
    next = place + 1;
  }
}

/** The runs of the segment that have the trigram, by ordinal. */
export function findPosting(db: Database, {id, runs}: StoredSegment, key: number): CodedOrdinals | undefined {
  const row = db.get(
    'SELECT id, postings FROM trigram_pages WHERE id <= ? ORDER BY id DESC LIMIT 1',
    id * KEYS + key,
  );
  const place = Number(row?.['id'] ?? -1);
  if (place < id * KEYS) return undefined;
  const reader = new ByteReader(row!['postings'] as Uint8Array);
  for (let at = place % KEYS; reader.hasMore; skipOrdinals(reader)) {
    at += reader.varint();
    if (at === key) return takeOrdinals(reader, runs.length);
    if (at > key) return undefined;
  }
  return undefined;
}

function* postingsOf(
  bytes: Uint8Array,
  {first, size}: {first: number; size: number},
): Generator<{key: number; coded: CodedOrdinals}> {
  const reader = new ByteReader(bytes);
  for (let key = first; reader.hasMore; ) {
    key += reader.varint();
    yield {key, coded: takeOrdinals(reader, size)};
  }
}
