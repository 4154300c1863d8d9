import type {Database} from '../database.ts';
import {listSegments, readPostings} from './trigrams/segment-pages.ts';
import {trigramKeys} from './trigrams/trigram-keys.ts';

/** A token of `words`, as its tokenizer is set up in the schema. */
const TOKEN = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

/** By run: a sum over all that is indexed of it, in any order. Nothing of a run is 0. */
export interface Checksums {
  get(run: number): number;
}

class Sums implements Checksums {
  readonly #sums = new Map<number, number>();

  get(run: number): number {
    return this.#sums.get(run) ?? 0;
  }

  add(run: number, hash: number): void {
    this.#sums.set(run, (this.get(run) + hash) >>> 0);
  }
}

/** Of all words that FTS5 has, with their columns and places. */
export function sumWords(db: Database): Checksums {
  const sums = new Sums();
  db.exec("CREATE VIRTUAL TABLE IF NOT EXISTS temp.word_places USING fts5vocab('main', 'words', 'instance')");
  let term = '';
  let hash = 0;
  for (const row of db.each('SELECT term, doc, col, offset FROM temp.word_places')) {
    // They come by term.
    if (row['term'] !== term) {
      term = row['term'] as string;
      hash = hashOf(term);
    }
    sums.add(Number(row['doc']), placed(hash, row['col'] === 'text' ? 0 : 1, Number(row['offset'])));
  }
  return sums;
}

/** The same of words that FTS5 must have. */
export function checksumOfWords({text, parts}: {text: string; parts: string}): number {
  let sum = 0;
  for (const [column, content] of [text, parts].entries()) {
    // The words are folded and separated already.
    for (const [offset, word] of (content.toLowerCase().match(TOKEN) ?? []).entries())
      sum = (sum + placed(hashOf(word), column, offset)) >>> 0;
  }
  return sum;
}

/** Of all trigrams that are stored. */
export function sumTrigrams(db: Database): Checksums {
  const sums = new Sums();
  for (const segment of listSegments(db)) {
    try {
      for (const {key, ordinals} of readPostings(db, segment)) {
        const hash = placed(key, 0, 0);
        for (const ordinal of ordinals) sums.add(segment.runs[ordinal] ?? 0, hash);
      }
    } catch {
      // The sums of its runs are wrong then, as they must be.
    }
  }
  return sums;
}

export function checksumOfTrigrams(text: Uint8Array): number {
  let sum = 0;
  for (const key of trigramKeys(Buffer.from(text.buffer, text.byteOffset, text.length).toString()))
    sum = (sum + placed(key, 0, 0)) >>> 0;
  return sum;
}

/** Source: FNV-1a. */
function hashOf(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at++) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  return hash;
}

/** Source: the finalizer of MurmurHash3. */
function placed(hash: number, column: number, offset: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) + Math.imul(2 * offset + column + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
