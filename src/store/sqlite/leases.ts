import {checkLease, type Lease} from '../../domain/lease.ts';
import type {StoredLease} from '../ports/leases.ts';
import type {Version} from '../ports/version.ts';
import type {Database} from './database.ts';

export function readLease(db: Database, repo: string): StoredLease | undefined {
  const row = db.get('SELECT * FROM leases WHERE repo = ?', repo);
  if (!row) return undefined;
  return {
    version: String(row['version']),
    lease: checkLease({
      holder: row['holder'],
      dropped: {commits: row['dropped_commits'], entries: row['dropped_entries']},
      condemned: {commits: row['condemned_commits'], entries: row['condemned_entries']},
    }),
  };
}

export function putLease(
  db: Database,
  repo: string,
  {holder, dropped, condemned}: Lease,
  expected: Version | undefined,
): Version | undefined {
  return db.transaction(() => {
    const current = db.get('SELECT version FROM leases WHERE repo = ?', repo);
    if ((current && String(current['version'])) !== expected) return undefined;
    const version = Number(expected ?? 0) + 1;
    db.run(
      'INSERT OR REPLACE INTO leases VALUES (?,?,?,?,?,?,?)',
      repo,
      version,
      holder,
      dropped.commits,
      dropped.entries,
      condemned.commits,
      condemned.entries,
    );
    return String(version);
  });
}
