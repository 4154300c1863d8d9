import {
  type Entry,
  type EntryKind,
  type EntrySummary,
  extensionOf,
  type NotIndexedReason,
} from '../../domain/entry.ts';
import {seqTaken} from '../index-errors.ts';
import {noteDeletion} from './counters.ts';
import type {Database, Row} from './database.ts';
import {deleteNames, insertNames, type NameRow, nameRowOf} from './name-rows.ts';
import {dropTexts} from './texts/drop-blocks.ts';
import {type SplitText, splitText} from './texts/split-text.ts';
import type {TextWriter} from './texts/text-writer.ts';

export const SUMMARY_COLUMNS =
  'e.seq, e.path, e.mode, e.oid, e.size_bytes, e.kind, e.mime, e.language, e.encoding, e.title, e.object_key, e.not_indexed, e.introduced_by';

/** An entry whose text is split. Plain data: it may be sent to another thread. */
export interface EntryRow extends Omit<Entry, 'content' | 'headings'> {
  readonly names: NameRow;
  /** Absent where the entry has no content. */
  readonly text?: SplitText | undefined;
}

export function rowOf({content, headings, ...rest}: Entry): EntryRow {
  const entry = {...rest, names: nameRowOf({...rest, headings})};
  return content === undefined ? entry : {...entry, text: splitText(content)};
}

export function putEntries(
  db: Database,
  entries: readonly EntryRow[],
  {isReplacing, texts}: {isReplacing: boolean; texts: TextWriter},
): void {
  for (const entry of entries) {
    if (isReplacing) {
      texts.release(entry.seq);
      db.run('DELETE FROM entries WHERE seq = ?', entry.seq);
      deleteNames(db, entry.seq);
      if (entry.text) texts.refresh(entry.text);
    }
    if (!insertSummary(db, entry)) {
      assertSameSeq(db, entry);
      continue;
    }
    insertNames(db, entry.seq, entry.names);
    if (entry.text) texts.put(entry.seq, entry.text);
  }
}

/** False where the id is there already. */
function insertSummary(db: Database, entry: EntryRow): boolean {
  const changes = db.run(
    'INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING',
    entry.seq,
    entry.id,
    entry.repo,
    entry.path,
    extensionOf(entry.path),
    entry.mode,
    entry.oid,
    entry.sizeBytes,
    entry.kind,
    entry.mime,
    entry.language ?? null,
    entry.encoding ?? null,
    entry.title ?? null,
    entry.objectKey ?? null,
    entry.notIndexed ?? null,
    entry.introducedBy,
    entry.frontMatter.length === 0 ? null : JSON.stringify(entry.frontMatter),
  );
  return changes > 0;
}

function assertSameSeq(db: Database, entry: EntryRow): void {
  const stored = db.get('SELECT seq FROM entries WHERE id = ?', entry.id);
  if (Number(stored?.['seq']) === entry.seq) return;
  throw seqTaken('entries', {path: entry.path});
}

/** Belongs into a transaction. */
export function deleteEntryRows(db: Database, seqs: readonly number[]): void {
  for (const seq of seqs) {
    db.run('DELETE FROM entries WHERE seq = ?', seq);
    deleteNames(db, seq);
  }
  dropTexts(db, seqs);
  noteDeletion(db);
}

export function summaryOf(row: Row): EntrySummary {
  const text = (column: string) => (row[column] as string | null) ?? undefined;
  return {
    seq: Number(row['seq']),
    path: row['path'] as string,
    mode: row['mode'] as string,
    oid: row['oid'] as string,
    sizeBytes: Number(row['size_bytes']),
    kind: row['kind'] as EntryKind,
    mime: row['mime'] as string,
    language: text('language'),
    encoding: text('encoding'),
    title: text('title'),
    objectKey: text('object_key'),
    notIndexed: text('not_indexed') as NotIndexedReason | undefined,
    introducedBy: row['introduced_by'] as string,
  };
}
