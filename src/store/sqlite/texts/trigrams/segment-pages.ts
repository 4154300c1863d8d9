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

/**
 * Stores a segment. A page lies under `id of the segment * KEYS + its first key`; it has, for each key, the distance
 * from the one before, then the ordinals.
 */
export function writeSegment(db: Database, {runs, postings}: Segment): void {
  const id = Number(db.get('SELECT max(id) AS last FROM trigram_segments')!['last'] ?? 0) + 1;
  db.run('INSERT INTO trigram_segments VALUES (?, ?, ?)', id, runs.length, encodeNumbers(runs));
  let writer = new ByteWriter();
  let first = 0;
  let before = 0;
  const end = () => {
    if (writer.length > 0)
      db.run('INSERT INTO trigram_pages VALUES (?, ?)', id * KEYS + first, writer.bytes());
    writer = new ByteWriter();
  };
  for (const {key, ordinals} of postings) {
    if (writer.length >= PAGE_BYTES) end();
    if (writer.length === 0) first = before = key;
    writer.putVarint(key - before);
    putOrdinals(writer, ordinals, runs.length);
    before = key;
  }
  end();
}

export function deleteSegment(db: Database, id: number): void {
  db.run('DELETE FROM trigram_segments WHERE id = ?', id);
  db.run('DELETE FROM trigram_pages WHERE id >= ? AND id < ?', id * KEYS, (id + 1) * KEYS);
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
