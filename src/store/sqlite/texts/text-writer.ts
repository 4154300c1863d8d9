import {noteDeletion} from '../counters.ts';
import type {Database} from '../database.ts';
import {encodeNumbers} from './numbers.ts';
import {editPages, PageWriter, type RunText} from './pages.ts';
import {recountUses} from './recount-uses.ts';
import {deleteWords, insertWords} from './run-words.ts';
import {childrenOf, hashOfBlock, runAt, type SplitText} from './split-text.ts';
import {replaceTrigrams} from './trigrams/replace-trigrams.ts';

/**
 * Stores texts within one transaction, without the trigrams of new runs (`nextSegment`). `finish` belongs to the same
 * transaction: before it, only some of the rows are written. Of a block that is stored already, only the number of its
 * uses changes.
 */
export class TextWriter {
  readonly #db: Database;
  /** Of the blocks that were looked up or made, by hash. */
  readonly #ids = new Map<string, number>();
  /** By how much the uses of stored blocks rise, and the uses of new ones. */
  readonly #uses = new Map<number, number>();
  readonly #added: {readonly id: number; readonly hash: string; readonly children: Uint8Array | null}[] = [];
  /** Runs that were written again. */
  readonly #refreshed = new Set<number>();
  #isReplacing = false;
  readonly #pages: PageWriter;
  #nextId: number;

  constructor(db: Database) {
    this.#db = db;
    this.#pages = new PageWriter(db);
    this.#nextId = Number(db.get("SELECT seq FROM sqlite_sequence WHERE name = 'blocks'")?.['seq'] ?? 0) + 1;
  }

  put(seq: number, text: SplitText): void {
    const {bytes, blockCount, isCut} = text;
    const block = blockCount === 0 ? null : this.#use(text, blockCount - 1);
    this.#db.run('INSERT INTO texts VALUES (?, ?, ?, ?)', seq, block, bytes.length, isCut ? 1 : 0);
  }

  /** The entry has no text afterwards. */
  release(seq: number): void {
    this.#isReplacing = true;
    noteDeletion(this.#db);
    this.#db.run('DELETE FROM texts WHERE seq = ?', seq);
  }

  /** Writes the stored blocks of a text again, which may be damaged. */
  refresh(text: SplitText): void {
    // Tells readers that blocks which they know may be others.
    this.#db.run(
      "INSERT INTO counters VALUES ('repairs', 1) ON CONFLICT (series) DO UPDATE SET next = next + 1",
    );
    const stored = Array.from({length: text.blockCount}, (_, block) => this.#find(hashOfBlock(text, block)));
    const runs = new Map<number, number>();
    for (const [block, id] of stored.entries()) {
      if (id === undefined || this.#isNew(id)) continue;
      const children = childrenOf(text, block)?.map((child) => stored[child]);
      if (children?.includes(undefined)) {
        // One of its blocks has lost its hash, and is stored again: so is the list.
        this.#disown(hashOfBlock(text, block), id);
        stored[block] = undefined;
        continue;
      }
      const list = children ? listOf(text, block, children as number[]) : null;
      this.#db.run('UPDATE blocks SET children = ? WHERE id = ?', list, id);
      if (!children && !this.#refreshed.has(id)) runs.set(id, block);
    }
    editPages(this.#db, new Map([...runs].map(([id, run]) => [id, textOf(text, run)])));
    deleteWords(this.#db, [...runs.keys()]);
    for (const [id, run] of runs) {
      this.#refreshed.add(id);
      insertWords(this.#db, id, {run: runAt(text, run), bytes: text.bytes});
    }
  }

  /** The block is not found by the hash any more. */
  #disown(hash: string, id: number): void {
    this.#db.run('UPDATE blocks SET hash = randomblob(20) WHERE id = ?', id);
    this.#ids.delete(hash);
  }

  #isNew(id: number): boolean {
    return this.#added.length > 0 && id >= this.#added[0]!.id;
  }

  /** The id of the block, which is stored and has one use more at the end. */
  #use(text: SplitText, block: number): number {
    const hash = hashOfBlock(text, block);
    let id = this.#find(hash);
    if (id === undefined) {
      const children = childrenOf(text, block)?.map((child) => this.#use(text, child));
      id = this.#nextId++;
      this.#ids.set(hash, id);
      this.#added.push({id, hash, children: children ? listOf(text, block, children) : null});
      if (!children) {
        this.#pages.add(id, textOf(text, block));
        insertWords(this.#db, id, {run: runAt(text, block), bytes: text.bytes});
      }
    }
    this.#uses.set(id, (this.#uses.get(id) ?? 0) + 1);
    return id;
  }

  #find(hash: string): number | undefined {
    const known = this.#ids.get(hash);
    if (known !== undefined) return known;
    const row = this.#db.get('SELECT id FROM blocks WHERE hash = ?', Buffer.from(hash, 'latin1'));
    if (!row) return undefined;
    const id = Number(row['id']);
    this.#ids.set(hash, id);
    return id;
  }

  finish(): void {
    const db = this.#db;
    for (const {id, hash, children} of this.#added)
      db.run(
        'INSERT INTO blocks VALUES (?, ?, ?, ?)',
        id,
        Buffer.from(hash, 'latin1'),
        this.#uses.get(id)!,
        children,
      );
    const isNew = new Set(this.#added.map(({id}) => id));
    const used = [...this.#uses].filter(([id]) => !isNew.has(id)).sort(([a], [b]) => a - b);
    for (const [id, uses] of used) db.run('UPDATE blocks SET uses = uses + ? WHERE id = ?', uses, id);
    this.#pages.finish();
    if (this.#refreshed.size > 0) replaceTrigrams(db, this.#refreshed);
    // What was replaced may have been damaged: then its blocks may say anything of their uses.
    if (this.#isReplacing) recountUses(db);
  }
}

/** A list as it is stored: 1 if its blocks are runs, else 0, and their ids. */
function listOf(text: SplitText, block: number, ids: readonly number[]): Uint8Array {
  const [first] = childrenOf(text, block)!;
  return encodeNumbers([first! < text.runCount ? 1 : 0, ...ids]);
}

function textOf(text: SplitText, run: number): RunText {
  const {bytes} = text;
  const {start, end, overlapEnd} = runAt(text, run);
  return {text: bytes.subarray(start, end), withOverlap: bytes.subarray(start, overlapEnd)};
}
