import type {Database} from '../database.ts';
import {decodeNumbers} from './numbers.ts';
import {editPages} from './pages.ts';
import {deleteWords} from './run-words.ts';

/**
 * Each of the blocks has one use less afterwards; those which had no other are gone, and so on down to the runs, with
 * their texts and words. Of their trigrams the next merge or `expunge` takes leave: no search finds a run by them that
 * no text has.
 */
export function dropBlocks(db: Database, blocks: readonly number[]): void {
  const left = new Map<number, number>();
  const runs: number[] = [];
  const open = [...blocks];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const row = left.has(id) ? undefined : db.get('SELECT uses FROM blocks WHERE id = ?', id);
    // A lost block: what it was made of is found by `verify`.
    if (!left.has(id) && !row) continue;
    const uses = (left.get(id) ?? Number(row!['uses'])) - 1;
    left.set(id, uses);
    if (uses !== 0) continue;
    const children = db.get('SELECT children FROM blocks WHERE id = ?', id)!['children'];
    if (children === null) runs.push(id);
    else for (const child of decodeNumbers(children as Uint8Array).subarray(1)) open.push(child);
  }
  for (const [id, uses] of left) {
    if (uses > 0) db.run('UPDATE blocks SET uses = ? WHERE id = ?', uses, id);
    else db.run('DELETE FROM blocks WHERE id = ?', id);
  }
  editPages(db, new Map(runs.map((id) => [id, undefined])));
  deleteWords(db, runs);
}

/** The entries have no texts afterwards, and what only they had is gone. */
export function dropTexts(db: Database, seqs: Iterable<number>): void {
  const blocks: number[] = [];
  for (const seq of seqs) {
    const row = db.get('SELECT block FROM texts WHERE seq = ?', seq);
    if (!row) continue;
    if (row['block'] !== null) blocks.push(Number(row['block']));
    db.run('DELETE FROM texts WHERE seq = ?', seq);
  }
  dropBlocks(db, blocks);
}
