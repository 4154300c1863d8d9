import type {Lease} from '../../domain/lease.ts';
import type {Version} from '../index-store.ts';
import type {Database} from './database.ts';

export function readLease(db: Database, repo: string): {lease: Lease; version: Version} | undefined {
  const row = db.get('SELECT * FROM leases WHERE repo = ?', repo);
  if (!row) return undefined;
  const bitmap = (column: string) => row[column] as Uint8Array;
  return {
    version: String(row['version']),
    lease: {
      holder: row['holder'] as string,
      dropped: {commits: bitmap('dropped_commits'), entries: bitmap('dropped_entries')},
      condemned: {commits: bitmap('condemned_commits'), entries: bitmap('condemned_entries')},
    },
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
