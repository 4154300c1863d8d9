import {Database} from './database.ts';

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
