import {Bitmap} from '../../domain/bitmap.ts';
import {documentIdBytes} from '../../domain/document-id.ts';
import {type Entry, nameOf} from '../../domain/entry.ts';
import {headingsOf} from '../../domain/headings.ts';
import type {WordsClause} from '../../domain/query/query.ts';
import {GAP, normalizedText, partsOf, partsText, wordsOf} from '../../domain/words.ts';
import type {Database, Value} from './database.ts';

/** The columns of `names` for an entry. Plain data, it may be sent to another thread. */
export interface NameRow {
  readonly path: string;
  readonly name: string;
  readonly title: string;
  readonly headings: string;
  readonly headingsDigest: Uint8Array | null;
}

/** For `bm25`: of path, name, title and headings. A word in the file's name is in its path, too. */
const WEIGHTS = [1, 8, 4, 2];

export function nameRowOf({path, title, headings}: Pick<Entry, 'path' | 'title' | 'headings'>): NameRow {
  return {
    path: columnOf([path]),
    name: columnOf([nameOf(path)]),
    title: columnOf(title === undefined ? [] : [title]),
    headings: columnOf(headings ?? []),
    headingsDigest: headings === undefined ? null : digestOf(headings),
  };
}

/** Words and parts of texts, in one column; no phrase is found over the end of a text. */
function columnOf(texts: readonly string[]): string {
  const columns = [...texts.map(normalizedText), ...texts.map(partsText)];
  return columns.filter(Boolean).join(`\n${GAP}\n`);
}

/** Copied: a small buffer is a part of a larger one. */
function digestOf(headings: readonly string[]): Uint8Array {
  return new Uint8Array(documentIdBytes(...headings));
}

export function insertNames(db: Database, seq: number, row: NameRow): void {
  const {path, name, title, headings, headingsDigest} = row;
  db.run(
    'INSERT INTO names (rowid, path, name, title, headings, headings_digest) VALUES (?, ?, ?, ?, ?, ?)',
    seq,
    path,
    name,
    title,
    headings,
    headingsDigest,
  );
}

export function deleteNames(db: Database, seq: number): void {
  db.run('DELETE FROM names WHERE rowid = ?', seq);
}

/**
 * The headings with which an entry was stored, by their digest, if its content was read: those of its content, if it was stored with them. Empty,
 * which is never stored, if it was stored with others.
 */
export function storedHeadings(
  entry: Pick<Entry, 'path' | 'content' | 'language'>,
  digest: Value,
): readonly string[] | undefined {
  const {path, content, language} = entry;
  if (digest === null || content === undefined) return undefined;
  const headings = headingsOf({path, content, language});
  const isSame = headings !== undefined && Buffer.compare(digestOf(headings), digest as Uint8Array) === 0;
  return isSame ? headings : [];
}

/** The entries whose path, title or headings have the words of the clause in a row, or their parts. */
export function matchNames(db: Database, clause: WordsClause): Bitmap {
  const rows = db.all('SELECT rowid AS seq FROM names WHERE names MATCH ?', toFts(clause));
  return Bitmap.of(rows.map(({seq}) => Number(seq)));
}

/** How well the names of each entry of `matches` fit the words, by seq; those that have none of them are left out. */
export function scoreNames(
  db: Database,
  clauses: readonly WordsClause[],
  matches: Bitmap,
): Map<number, number> {
  if (clauses.length === 0 || matches.size === 0) return new Map();
  const rows = db.withSet(matches, () =>
    db.all(
      `SELECT rowid AS seq, -bm25(names, ${WEIGHTS.join(', ')}) AS score
       FROM names WHERE names MATCH ? AND in_set(rowid)`,
      clauses.map(toFts).join(' OR '),
    ),
  );
  return new Map(rows.map(({seq, score}) => [Number(seq), Number(score)]));
}

/** The words in a row, or their parts in a row. Words hold letters and digits only. */
function toFts({text, isPrefix}: WordsClause): string {
  const star = isPrefix ? ' *' : '';
  const phrases = new Set([wordsOf(text).join(' '), partsOf(text).join(' ')]);
  return `(${[...phrases].map((phrase) => `"${phrase}"${star}`).join(' OR ')})`;
}
