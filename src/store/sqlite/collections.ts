import {existsSync, statSync} from 'node:fs';
import {CtrError} from '../../util/ctr-error.ts';
import {unusableIndex} from '../index-errors.ts';
import type {CollectionStore} from '../ports/collections.ts';
import type {Connections} from './connections.ts';
import {forgetDeletions, hasDeletions} from './counters.ts';
import type {Database} from './database.ts';
import {purgeSegments} from './texts/trigrams/replace-trigrams.ts';

/** Tables that have rows where a branch shows a file. */
const NEEDED = ['entries', 'commits', 'repositories'];

/** `onCreate` is called when the tables are there. */
export function makeCollectionStore(
  {read, write, exists, file}: Connections,
  onCreate: () => void,
): CollectionStore {
  return {
    backend: 'sqlite',
    engine: `SQLite ${process.versions['sqlite'] ?? ''}`.trim(),

    async createCollections() {
      await write((db) => db.createSchema());
      onCreate();
    },
    hasCollections: async () => exists(),
    // A table that another program has emptied. Some lookups.
    async findLoss(repo) {
      if (!exists()) return undefined;
      const db = read();
      const shown = "SELECT 1 FROM refs WHERE repo = ? AND state = 'live' AND entry_count > 0 LIMIT 1";
      if (!db.get(shown, repo)) return undefined;
      const empty = NEEDED.find((table) => !db.get(`SELECT 1 FROM ${table} LIMIT 1`));
      return empty === undefined
        ? undefined
        : unusableIndex(`${file()} has lost everything of its table ${empty}`);
    },
    async rememberHoldings() {
      // One file comes from one time: what is less than before was deleted by a program that may write it.
    },
    async refresh() {
      // What was written is visible to every later query as it is.
    },
    hasDeletedBytes: async () => exists() && hasDeletions(read()),
    async expunge() {
      if (exists()) await write(expunge);
    },
    async count(repo) {
      const of = (table: string) =>
        Number(read().get(`SELECT count(*) AS n FROM ${table} WHERE repo = ?`, repo)!['n']);
      return {entries: of('entries'), commits: of('commits'), refs: of('refs'), sizeBytes: sizeOf(file())};
    },
  };
}

/** Nothing that was deleted is in the file or in its write-ahead log afterwards. */
function expunge(db: Database): void {
  db.transaction(() => {
    // FTS5 keeps the words of a deleted run until the segments that hold them are merged.
    db.exec("INSERT INTO words (words) VALUES ('optimize')");
    db.exec("INSERT INTO names (names) VALUES ('optimize')");
    purgeSegments(db);
  });
  // Writes every page again; freed ones keep their bytes otherwise.
  db.exec('VACUUM');
  const checkpoint = db.get('PRAGMA wal_checkpoint(TRUNCATE)');
  if (checkpoint?.['busy'] !== 0)
    throw new CtrError('BACKEND_UNAVAILABLE', 'a reader keeps the old pages of the index file in use', {
      hint: 'Try again when it has ended.',
    });
  forgetDeletions(db);
}

/** Bytes on disk, the write-ahead log included. */
function sizeOf(file: string): number {
  return [file, `${file}-wal`].filter(existsSync).reduce((sum, name) => sum + statSync(name).size, 0);
}
