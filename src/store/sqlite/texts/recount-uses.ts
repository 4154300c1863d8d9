import type {Database} from '../database.ts';
import {decodeNumbers} from './numbers.ts';
import {editPages} from './pages.ts';
import {deleteWords} from './run-words.ts';

/** True if each block is used as often as it says, and nothing is stored of blocks that are not there. */
export function areUsesRight(db: Database): boolean {
  const uses = countUses(db);
  for (const row of db.each('SELECT id, uses FROM blocks')) {
    const id = Number(row['id']);
    if (uses.get(id) !== Number(row['uses'])) return false;
  }
  return db.get('SELECT 1 FROM words_docsize WHERE id NOT IN (SELECT id FROM blocks) LIMIT 1') === undefined;
}

/** Each block is used as often as it says afterwards; those which no text has are gone, with their words. */
export function recountUses(db: Database): void {
  const uses = countUses(db);
  const dead: number[] = [];
  for (const row of db.all('SELECT id, uses FROM blocks')) {
    const id = Number(row['id']);
    const found = uses.get(id);
    if (found === undefined) dead.push(id);
    else if (found !== Number(row['uses'])) db.run('UPDATE blocks SET uses = ? WHERE id = ?', found, id);
  }
  for (const id of dead) db.run('DELETE FROM blocks WHERE id = ?', id);
  const stray = db.all('SELECT id FROM words_docsize WHERE id NOT IN (SELECT id FROM blocks)');
  const runs = stray.map(({id}) => Number(id));
  editPages(db, new Map([...dead, ...runs].map((id) => [id, undefined])));
  deleteWords(db, runs);
}

/** By block, how often texts and lists that texts need name it; blocks without a use are left out. */
function countUses(db: Database): Map<number, number> {
  const uses = new Map<number, number>();
  const open = db.all('SELECT block FROM texts WHERE block IS NOT NULL').map(({block}) => Number(block));
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    uses.set(id, (uses.get(id) ?? 0) + 1);
    if (uses.get(id)! > 1) continue;
    const children = db.get('SELECT children FROM blocks WHERE id = ?', id)?.['children'];
    if (children) open.push(...decodeNumbers(children as Uint8Array).subarray(1));
  }
  return uses;
}
