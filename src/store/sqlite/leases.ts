import {checkLease} from '../../domain/lease.ts';
import type {LeaseStore} from '../ports/leases.ts';
import type {Connections} from './connections.ts';

export function makeLeaseStore({read, write}: Connections): LeaseStore {
  return {
    async readLease(repo) {
      const row = read().get('SELECT * FROM leases WHERE repo = ?', repo);
      if (!row) return undefined;
      return {
        version: String(row['version']),
        lease: checkLease({
          holder: row['holder'],
          dropped: {commits: row['dropped_commits'], entries: row['dropped_entries']},
          condemned: {commits: row['condemned_commits'], entries: row['condemned_entries']},
        }),
      };
    },
    putLease: async (repo, {holder, dropped, condemned}, expected) =>
      write((db) =>
        db.transaction(() => {
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
        }),
      ),
  };
}
