import assert from 'node:assert/strict';
import type {DatabaseSync} from 'node:sqlite';
import {Database} from '../../src/store/sqlite/database.ts';
import {decodeNumbers, encodeNumbers} from '../../src/store/sqlite/texts/numbers.ts';
import {decodePage, encodePage} from '../../src/store/sqlite/texts/pages.ts';
import {nextSegment, putSegment} from '../../src/store/sqlite/texts/trigrams/next-segment.ts';

/**
 * Changes what SQLite has of the one run of an entry's text, behind the back of ctr: `run.text` (null takes it out of
 * its page), `run.words` (null: none), `run.trigrams` (null: they are those of a run that is not there).
 */
export function changeRun(
  db: DatabaseSync,
  seq: number,
  {what, value}: {what: string; value: string | null},
): void {
  const run = Number(db.prepare('SELECT block FROM texts WHERE seq = ?').get(seq)!['block']);
  if (what === 'run.text') changeText(db, run, value);
  else if (what === 'run.words') {
    assert.equal(Number(db.prepare('DELETE FROM words WHERE rowid = ?').run(run).changes), 1);
    if (value !== null)
      db.prepare("INSERT INTO words (rowid, text, parts) VALUES (?, ?, '')").run(run, value);
  } else {
    coverTail(db.location()!);
    const rows = db.prepare('SELECT id, runs FROM trigram_segments').all();
    const row = rows.find(({runs}) => decodeNumbers(runs as Uint8Array).includes(run))!;
    const runs = decodeNumbers(row['runs'] as Uint8Array).map((id) => (id === run ? 1_000_000 : id));
    db.prepare('UPDATE trigram_segments SET runs = ? WHERE id = ?').run(encodeNumbers(runs), row['id']!);
  }
}

/** All runs have their trigrams in segments afterwards. */
function coverTail(file: string): void {
  using db = new Database(file, {isWriter: true});
  db.transaction(() => {
    const segment = nextSegment(db, 0);
    if (segment) assert.ok(putSegment(db, segment));
  });
}

function changeText(db: DatabaseSync, run: number, text: string | null): void {
  const row = db.prepare('SELECT first, zstd FROM pages WHERE first <= ? ORDER BY first DESC').get(run)!;
  const page = decodePage(row['zstd'] as Uint8Array);
  assert.ok(page.has(run));
  if (text === null) page.delete(run);
  else page.set(run, {text: Buffer.from(text), withOverlap: Buffer.from(text)});
  db.prepare('UPDATE pages SET zstd = ? WHERE first = ?').run(encodePage(page), row['first']!);
}
