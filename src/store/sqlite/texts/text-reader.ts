import {Bitmap} from '../../../domain/bitmap.ts';
import {corruptIndex} from '../../../domain/corrupt-index.ts';
import type {Database} from '../database.ts';
import {decodeNumbers} from './numbers.ts';
import {decodePage, type Page, type RunText, readPage} from './pages.ts';

/** In memory: so many entries, bytes of runs, and members of lists. */
const TEXTS_MAX = 500_000;
const RUNS_MAX_BYTES = 32 * 1024 * 1024;
const CHILDREN_MAX = 16 * 1024 * 1024;

/** The row of an entry's text. */
export interface StoredText {
  /** 0 for an empty text. */
  readonly root: number;
  readonly sizeBytes: number;
  readonly isCut: boolean;
}

/** The blocks of a list, and whether they are runs. */
export interface BlockList {
  readonly hasRuns: boolean;
  readonly ids: Int32Array;
}

/**
 * The texts of a database, with what was read of them lately: blocks never change, everything else is dropped when the
 * file has changed.
 */
export class TextReader {
  readonly #db: Database;
  readonly #lists = new Map<number, BlockList | undefined>();
  #listedIds = 0;
  readonly #texts = new Map<number, StoredText | undefined>();
  readonly #runs = new Map<number, RunText>();
  #runBytes = 0;
  #version = '';
  #repairs = -1;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Drops what may have changed since the last call. */
  follow(): void {
    const version = this.#db.version();
    if (version === this.#version) return;
    this.#version = version;
    this.#texts.clear();
    this.#forgetRuns();
    const repairs = Number(this.#db.get("SELECT next FROM counters WHERE series = 'repairs'")?.['next'] ?? 0);
    if (repairs !== this.#repairs) this.#forgetLists();
    this.#repairs = repairs;
  }

  /** Undefined where the entry has no text. */
  text(seq: number): StoredText | undefined {
    if (this.#texts.has(seq)) return this.#texts.get(seq);
    const row = this.#db.get('SELECT block, size_bytes, is_cut FROM texts WHERE seq = ?', seq);
    const text = row && {
      root: Number(row['block'] ?? 0),
      sizeBytes: Number(row['size_bytes']),
      isCut: row['is_cut'] === 1,
    };
    if (this.#texts.size >= TEXTS_MAX) this.#texts.clear();
    this.#texts.set(seq, text);
    return text;
  }

  /** The numbers of entries that have a text. The caller disposes of it. */
  allSeqs(): Bitmap {
    return Bitmap.of(this.#db.all('SELECT seq FROM texts').map(({seq}) => Number(seq)));
  }

  /** The greatest id of a block. */
  lastBlock(): number {
    return Number(this.#db.get('SELECT max(id) AS last FROM blocks')!['last'] ?? 0);
  }

  /** The blocks of a list; undefined for a run. @throws INDEX_CORRUPT where there is none. */
  list(block: number): BlockList | undefined {
    if (this.#lists.has(block)) return this.#lists.get(block);
    const row = this.#db.get('SELECT children FROM blocks WHERE id = ?', block);
    if (!row) throw corruptIndex('a part of a text is missing');
    const children = row['children'] as Uint8Array | null;
    if (this.#listedIds > CHILDREN_MAX) this.#forgetLists();
    const list = children === null ? undefined : listOf(children);
    this.#listedIds += 8 + (list?.ids.length ?? 0);
    this.#lists.set(block, list);
    return list;
  }

  /** The runs of a block in their order, repeated ones too. */
  *runsOf(block: number): Generator<number> {
    const list = this.list(block);
    if (!list) yield block;
    else if (list.hasRuns) yield* list.ids;
    else for (const id of list.ids) yield* this.runsOf(id);
  }

  /** UTF-8. @throws INDEX_CORRUPT where it is missing or cannot be read. */
  runText(run: number): RunText {
    const known = this.#runs.get(run);
    if (known) return known;
    const row = readPage(this.#db, run);
    if (this.#runBytes > RUNS_MAX_BYTES) this.#forgetRuns();
    for (const [id, text] of row ? tryDecode(row['zstd'] as Uint8Array) : []) {
      this.#runs.set(id, text);
      this.#runBytes += text.withOverlap.length;
    }
    const found = this.#runs.get(run);
    if (!found) throw corruptIndex('a part of a text is missing');
    return found;
  }

  /** The content of an entry; undefined where it has none. @throws INDEX_CORRUPT where a part of it is lost. */
  content(seq: number): string | undefined {
    const text = this.text(seq);
    if (!text) return undefined;
    if (text.root === 0) return '';
    const parts = [...this.runsOf(text.root)].map((run) => this.runText(run).text);
    return Buffer.concat(parts).toString();
  }

  #forgetLists(): void {
    this.#lists.clear();
    this.#listedIds = 0;
  }

  #forgetRuns(): void {
    this.#runs.clear();
    this.#runBytes = 0;
  }
}

function listOf(children: Uint8Array): BlockList {
  const [kind, ...ids] = decodeNumbers(children);
  return {hasRuns: kind === 1, ids: Int32Array.from(ids)};
}

function tryDecode(zstd: Uint8Array): Page {
  try {
    return decodePage(zstd);
  } catch (cause) {
    throw corruptIndex('a page of texts cannot be read', {cause});
  }
}

const readers = new WeakMap<Database, TextReader>();

/** The texts of the database as they are now. */
export function textsOf(db: Database): TextReader {
  let reader = readers.get(db);
  if (!reader) {
    reader = new TextReader(db);
    readers.set(db, reader);
  }
  reader.follow();
  return reader;
}

/** The content of an entry; undefined where it has none. @throws INDEX_CORRUPT where a part of it is lost. */
export function readContent(db: Database, seq: number): string | undefined {
  return db.snapshot(() => textsOf(db).content(seq));
}
