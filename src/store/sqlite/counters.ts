import {killPoint} from '../../util/kill-point.ts';
import {Database} from './database.ts';

/** A wish for consecutive numbers. Plain data: it may be sent to another thread. */
export interface Reservation {
  readonly series: 'entries' | 'commits';
  /** At least 1. */
  readonly count: number;
}

/** The first of the numbers, which nobody else gets. */
export function reserveSeqs(db: Database, {series, count}: Reservation): number {
  killPoint('sqlite counter');
  const row = db.get(
    'INSERT INTO counters VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET next = next + excluded.next RETURNING next',
    series,
    count,
  );
  return Number(row!['next']) - count;
}

export function readNextSeq(db: Database, series: Reservation['series']): number {
  return Number(db.get('SELECT next FROM counters WHERE series = ?', series)?.['next'] ?? 0);
}

/** What the new generation goes on with: numbers where they were, and leases where it has none of its own. */
export function promoteCounters(from: Database, file: string): void {
  using to = new Database(file, {isWriter: true});
  to.transaction(() => {
    for (const {series, next} of from.all('SELECT series, next FROM counters')) {
      to.run(
        'INSERT INTO counters VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET next = max(next, excluded.next)',
        series!,
        next!,
      );
    }
    for (const lease of from.all('SELECT * FROM leases')) {
      to.run('INSERT OR IGNORE INTO leases VALUES (?,?,?,?,?,?,?)', ...Object.values(lease));
    }
  });
  // On the disk as a whole before the link says so.
  to.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}
