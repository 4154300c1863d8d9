import {Bitmap} from '../../domain/bitmap.ts';
import type {EntrySummary} from '../../domain/entry.ts';
import type {EntryFilter, EntryStore, StoredEntryFilter} from '../ports/entries.ts';
import type {Connections} from './connections.ts';
import type {Database} from './database.ts';
import {deleteEntryRows, SUMMARY_COLUMNS, summaryOf} from './entry-rows.ts';
import {readContent} from './texts/text-reader.ts';

const SCAN_PAGE = 10_000;
/** Readers wait for no writer, but a writer of another process does. */
const DELETE_BATCH = 1000;

export function makeEntryStore({read, write, putBatch}: Connections): EntryStore {
  return {
    // One in the thread, while objects and words of the next are made.
    writeConcurrency: 2,

    // Pages by seq, so that no statement stays open between two pages; each may be of a newer generation.
    async *scanEntries(filter) {
      for (let after = -1; ; ) {
        const page = readPage(read(), filter, after);
        if (page.length > 0) yield page;
        if (page.length < SCAN_PAGE) return;
        after = page.at(-1)!.seq;
      }
    },
    async readEntry(snapshot, path) {
      const db = read();
      return db.snapshot(() => {
        const row = db.within(snapshot, () =>
          db.get(`SELECT ${SUMMARY_COLUMNS} FROM entries e WHERE e.path = ? AND in_set(e.seq)`, path),
        );
        return row && {...summaryOf(row), content: readContent(db, Number(row['seq']))};
      });
    },
    async readEntrySeqs(ids) {
      const db = read();
      const seqs = new Map<string, number>();
      for (const id of ids) {
        const row = db.get('SELECT seq FROM entries WHERE id = ?', id);
        if (row) seqs.set(id, Number(row['seq']));
      }
      return seqs;
    },
    async *findEntries(repo, by) {
      yield findEntries(read(), repo, by);
    },
    async putEntries(entries) {
      await putBatch({entries, isReplacing: false});
      return [];
    },
    async replaceEntries(entries) {
      await putBatch({entries, isReplacing: true});
      return [];
    },
    deleteEntries: async (repo, seqs) => write((db) => deleteEntries(db, repo, seqs)),
  };
}

function readPage(db: Database, {snapshot, path, under}: EntryFilter, after: number): EntrySummary[] {
  return db.withinScope(snapshot, (scope) => {
    if (scope.bounds.min > scope.bounds.max) return [];
    const wanted: [string, ...(string | number)[]][] = [
      ['e.seq > ? AND e.seq <= ?', Math.max(after, scope.bounds.min - 1), scope.bounds.max],
      scope.condition('e.seq'),
    ];
    if (path !== undefined) wanted.push(['e.path = ?', path]);
    // '0' is the character after '/': the range holds exactly what lies below the directory.
    if (under) wanted.push(['e.path > ? AND e.path < ?', `${under}/`, `${under}0`]);
    const rows = db.all(
      `SELECT ${SUMMARY_COLUMNS} FROM entries e WHERE ${wanted.map(([sql]) => sql).join(' AND ')}
       ORDER BY e.seq LIMIT ${SCAN_PAGE}`,
      ...wanted.flatMap(([, ...values]) => values),
    );
    return rows.map(summaryOf);
  });
}

/** All at once: those of one path, or of some oids, are few. */
function findEntries(db: Database, repo: string, by: StoredEntryFilter): EntrySummary[] {
  const find = (condition: string, ...values: string[]) =>
    db.all(`SELECT ${SUMMARY_COLUMNS} FROM entries e WHERE ${condition} AND e.repo = ?`, ...values, repo);
  const rows =
    'path' in by
      ? find('(e.path = ? OR (e.path > ? AND e.path < ?))', by.path, `${by.path}/`, `${by.path}0`)
      : by.oids.flatMap((oid) => find('e.oid = ?', oid));
  return rows.map(summaryOf);
}

function deleteEntries(db: Database, repo: string, seqs: Uint8Array): number {
  using wanted = Bitmap.parse(seqs);
  let deleted = 0;
  const numbers = wanted.toArray();
  for (let at = 0; at < numbers.length; at += DELETE_BATCH) {
    db.transaction(() => {
      const batch = [...numbers.subarray(at, at + DELETE_BATCH)];
      const own = batch.filter((seq) =>
        db.get('SELECT 1 FROM entries WHERE seq = ? AND repo = ?', seq, repo),
      );
      deleteEntryRows(db, own);
      deleted += own.length;
    });
  }
  return deleted;
}
