import type {Run} from '../../../domain/split-runs.ts';
import {normalizedText, partsText} from '../../../domain/words.ts';
import type {Database} from '../database.ts';

/** The two columns of a run in `words`: its words and those which follow. */
export function wordsOfRun({run, bytes}: {run: Run; bytes: Uint8Array}): {text: string; parts: string} {
  if (run.wordsFrom >= run.end) return {text: '', parts: ''};
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let content = all.toString('utf8', run.wordsFrom, run.end);
  for (let i = 0; i < run.ahead.length; i += 2)
    content += all.toString('utf8', run.ahead[i], run.ahead[i + 1]);
  return {text: normalizedText(content), parts: partsText(content)};
}

export function insertWords(db: Database, id: number, text: {run: Run; bytes: Uint8Array}): void {
  const {text: words, parts} = wordsOfRun(text);
  db.run('INSERT INTO words (rowid, text, parts) VALUES (?, ?, ?)', id, words, parts);
}

export function deleteWords(db: Database, runs: readonly number[]): void {
  for (const id of runs) db.run('DELETE FROM words WHERE rowid = ?', id);
}
