import {Bitmap, isBitmap} from '../../domain/bitmap.ts';
import type {SeqSeries} from '../ports/seqs.ts';
import {Database} from './database.ts';

/** A wish for consecutive numbers. Plain data: it may be sent to another thread. */
export interface Reservation {
  readonly series: SeqSeries;
  /** At least 1. */
  readonly count: number;
}

/** The first of the reserved numbers, which are unused in the file and reserved by no other run. */
export function reserveSeqs(db: Database, {series, count}: Reservation): number {
  return db.transaction(() => {
    const first = readNextFree(db, series);
    db.run('INSERT OR REPLACE INTO counters VALUES (?, ?)', series, first + count);
    return first;
  });
}

/** The counter; if it is missing or too low, the first number above all used ones. */
function readNextFree(db: Database, series: SeqSeries): number {
  const next = readNextSeq(db, series);
  const stored = readHighestStored(db, series);
  // A counter that has given nothing may be a new one, or one that was lost.
  return next > Math.max(0, stored) ? next : Math.max(stored, readHighestNamed(db, series)) + 1;
}

/** -1 where there is none. */
function readHighestStored(db: Database, series: SeqSeries): number {
  const tables = {entries: ['entries', 'texts'], commits: ['commits']}[series];
  return Math.max(
    ...tables.map((table) => Number(db.get(`SELECT max(seq) AS last FROM ${table}`)!['last'] ?? -1)),
  );
}

/** The highest number in the bitmaps of refs and commits, whose rows may be lost; -1 where there is none. Reads all of them. */
function readHighestNamed(db: Database, series: SeqSeries): number {
  const columns = {entries: ['snapshot', 'snapshot_added'], commits: ['history', 'history']}[series];
  let highest = -1;
  for (const [at, table] of ['refs', 'commits'].entries()) {
    for (const {bytes} of db.each(`SELECT ${columns[at]} AS bytes FROM ${table}`)) {
      if (!isBitmap(bytes)) continue;
      using bitmap = Bitmap.parse(bytes);
      highest = Math.max(highest, bitmap.bounds?.max ?? -1);
    }
  }
  return highest;
}

export function readNextSeq(db: Database, series: SeqSeries): number {
  return Number(db.get('SELECT next FROM counters WHERE series = ?', series)?.['next'] ?? 0);
}

/** From now on until `forgetDeletions`, the file has bytes of what was deleted. Belongs into the transaction of a deletion. */
export function noteDeletion(db: Database): void {
  db.run("INSERT OR REPLACE INTO counters VALUES ('deleted', 1)");
}

export function hasDeletions(db: Database): boolean {
  return db.get("SELECT 1 FROM counters WHERE series = 'deleted'") !== undefined;
}

export function forgetDeletions(db: Database): void {
  db.run("DELETE FROM counters WHERE series = 'deleted'");
}

/** No number below is given from now on. */
export function raiseCounter(db: Database, series: SeqSeries, next: number): void {
  db.run(
    'INSERT INTO counters VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET next = max(next, excluded.next)',
    series,
    next,
  );
}

/** The first numbers above all that the file has, names or says to have given; what cannot be read says nothing. */
export function readHighest(file: string): Record<SeqSeries, number> {
  const highest = {entries: 0, commits: 0};
  const tryRead = (work: () => void) => {
    try {
      work();
    } catch {
      // A damaged file, or one of another ctr with other tables.
    }
  };
  tryRead(() => {
    using db = new Database(file, {isWriter: false});
    for (const series of ['entries', 'commits'] as const) {
      for (const read of [readNextSeq, readHighestStored, readHighestNamed])
        tryRead(() => {
          const isCounter = read === readNextSeq;
          highest[series] = Math.max(highest[series], read(db, series) + (isCounter ? 0 : 1));
        });
    }
  });
  return highest;
}

/** Copies counters to the new generation, and leases if it has none. */
export function promoteCounters(from: Database, file: string): void {
  using to = new Database(file, {isWriter: true});
  to.transaction(() => {
    for (const {series, next} of from.all('SELECT series, next FROM counters')) {
      raiseCounter(to, series as SeqSeries, Number(next));
    }
    for (const lease of from.all('SELECT * FROM leases')) {
      to.run('INSERT OR IGNORE INTO leases VALUES (?,?,?,?,?,?,?)', ...Object.values(lease));
    }
  });
  to.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/** On the disk as a whole, before the link says so. */
export function writeThrough(file: string): void {
  using db = new Database(file, {isWriter: true});
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}
