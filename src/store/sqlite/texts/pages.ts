import {constants, zstdCompressSync, zstdDecompressSync} from 'node:zlib';
import type {Database, Row} from '../database.ts';
import {ByteReader} from './byte-reader.ts';
import {ByteWriter} from './byte-writer.ts';

/** Larger pages are smaller on disk (64 KB: 6 %), and slower to read a text from. */
const PAGE_BYTES = 32 * 1024;
const LEVEL = {params: {[constants.ZSTD_c_compressionLevel]: 3}};

/** The text of a run. */
export interface RunText {
  readonly text: Uint8Array;
  /** The same, and the characters behind it with which trigrams over its end are made (`Run.overlapEnd`). */
  readonly withOverlap: Uint8Array;
}

/** The texts of a page, by run; ascending. */
export type Page = Map<number, RunText>;

/**
 * A page lies under the id of its first run; a run is in the last page that does not begin behind it. Compressed: the
 * number of runs; id (as the distance from the one before), length and length of the overlap of each; then their texts.
 */
export function encodePage(page: Page): Uint8Array {
  const writer = new ByteWriter();
  writer.putVarint(page.size);
  let before = 0;
  for (const [id, {text, withOverlap}] of page) {
    writer.putVarint(id - before);
    writer.putVarint(text.length);
    writer.putVarint(withOverlap.length - text.length);
    before = id;
  }
  for (const {withOverlap} of page.values()) writer.putBytes(withOverlap);
  return zstdCompressSync(writer.bytes(), LEVEL);
}

/** @throws if `encodePage` has not written it. */
export function decodePage(zstd: Uint8Array): Page {
  const reader = new ByteReader(zstdDecompressSync(zstd));
  const heads: [id: number, length: number, overlap: number][] = [];
  let id = 0;
  for (let left = reader.varint(); left > 0; left--) {
    id += reader.varint();
    heads.push([id, reader.varint(), reader.varint()]);
  }
  const textOf = (length: number, overlap: number): RunText => {
    const withOverlap = reader.take(length + overlap);
    return {text: withOverlap.subarray(0, length), withOverlap};
  };
  return new Map(heads.map(([run, length, overlap]) => [run, textOf(length, overlap)]));
}

/** The page in which the run is if it is stored. */
export function readPage(db: Database, run: number): Row | undefined {
  return db.get('SELECT first, zstd FROM pages WHERE first <= ? ORDER BY first DESC LIMIT 1', run);
}

/** The texts of the runs behind this one, by run, ascending. @throws where a page cannot be read. */
export function* textsBehind(db: Database, run: number): Generator<[run: number, text: RunText]> {
  let row = readPage(db, run + 1) ?? db.get('SELECT first, zstd FROM pages ORDER BY first LIMIT 1');
  while (row) {
    for (const [id, text] of decodePage(row['zstd'] as Uint8Array)) if (id > run) yield [id, text];
    row = db.get('SELECT first, zstd FROM pages WHERE first > ? ORDER BY first LIMIT 1', row['first']!);
  }
}

/** Stores the texts of new runs, whose ids must ascend. */
export class PageWriter {
  readonly #db: Database;
  #page: Page = new Map();
  #bytes = 0;

  constructor(db: Database) {
    this.#db = db;
  }

  add(run: number, text: RunText): void {
    this.#page.set(run, text);
    this.#bytes += text.text.length;
    if (this.#bytes >= PAGE_BYTES) this.finish();
  }

  finish(): void {
    if (this.#page.size > 0) writePage(this.#db, this.#page);
    this.#page = new Map();
    this.#bytes = 0;
  }
}

/** Puts texts of stored runs in their pages, or takes them out. Of a page that cannot be read only these are left. */
export function editPages(db: Database, texts: ReadonlyMap<number, RunText | undefined>): void {
  const edits = new Map<number, [run: number, text: RunText | undefined][]>();
  for (const [run, text] of texts) {
    const row = db.get('SELECT max(first) AS first FROM pages WHERE first <= ?', run);
    const first = Number(row!['first'] ?? 0);
    edits.set(first, [...(edits.get(first) ?? []), [run, text]]);
  }
  for (const [first, changes] of edits) {
    const row = db.get('SELECT zstd FROM pages WHERE first = ?', first);
    const page = row ? tryDecode(row['zstd'] as Uint8Array) : new Map<number, RunText>();
    for (const [run, text] of changes) {
      if (text) page.set(run, text);
      else page.delete(run);
    }
    db.run('DELETE FROM pages WHERE first = ?', first);
    const sorted = new Map([...page].sort(([a], [b]) => a - b));
    // A page keeps its place: runs that are lost in it may be put back later.
    if (sorted.size > 0) writePage(db, sorted, first > 0 ? first : undefined);
  }
}

function tryDecode(zstd: Uint8Array): Page {
  try {
    return decodePage(zstd);
  } catch {
    return new Map();
  }
}

function writePage(db: Database, page: Page, first: number = page.keys().next().value!): void {
  db.run('INSERT INTO pages VALUES (?, ?)', first, encodePage(page));
}
