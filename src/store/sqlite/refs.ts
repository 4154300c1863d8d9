import type {RefKind, RefRecord, RefState, RefSummary} from '../../domain/ref.ts';
import type {RefStore} from '../ports/refs.ts';
import type {Version} from '../ports/version.ts';
import type {Connections} from './connections.ts';
import type {Database, Row} from './database.ts';

export function makeRefStore({read, write}: Connections): RefStore {
  return {
    async listRefs(repo) {
      const rows = read().all(
        'SELECT repo, name, version, kind, state, target, commit_oid, reason, entry_count, indexed_at FROM refs WHERE repo = ? ORDER BY name',
        repo,
      );
      return rows.map((row) => ({...summaryOf(row), version: String(row['version'])}));
    },
    async readRefs(repo, names) {
      const db = read();
      const records = new Map<string, RefRecord>();
      for (const name of names) {
        const row = db.get('SELECT * FROM refs WHERE repo = ? AND name = ?', repo, name);
        if (row) records.set(name, refOf(row));
      }
      return records;
    },
    // One transaction per call, so each ref moves atomically.
    putRefs: async (refs) =>
      write((db) =>
        db.transaction(() =>
          refs.filter((ref) => !putRef(db, ref.record, ref.expected)).map((ref) => ref.record.name),
        ),
      ),
    deleteRefs: async (repo, refs) =>
      write((db) =>
        db.transaction(() =>
          refs
            .filter(({name, expected}) => {
              const version = versionOf(db, repo, name);
              if (version !== undefined && version !== expected) return true;
              db.run('DELETE FROM refs WHERE repo = ? AND name = ?', repo, name);
              return false;
            })
            .map(({name}) => name),
        ),
      ),
    async publishRefs() {
      // SQLite knows no names for a filtered table that other clients could use.
    },
    comparePublished: async () => [],
  };
}

function versionOf(db: Database, repo: string, name: string): Version | undefined {
  const row = db.get('SELECT version FROM refs WHERE repo = ? AND name = ?', repo, name);
  return row && String(row['version']);
}

/** Returns whether it was written: only where its stored version is still `expected`. */
function putRef(db: Database, record: RefRecord, expected: Version | undefined): boolean {
  if (versionOf(db, record.repo, record.name) !== expected) return false;
  db.run(
    'INSERT OR REPLACE INTO refs VALUES (?,?,?,?,?,?,?,?,?,?,?,?)',
    record.repo,
    record.name,
    Number(expected ?? 0) + 1,
    record.kind,
    record.state,
    record.target,
    record.commit ?? null,
    record.reason ?? null,
    record.entryCount,
    record.indexedAt,
    record.snapshot,
    record.history,
  );
  return true;
}

export function refOf(row: Row): RefRecord {
  return {
    ...summaryOf(row),
    snapshot: row['snapshot'] as Uint8Array,
    history: row['history'] as Uint8Array,
  };
}

function summaryOf(row: Row): RefSummary {
  return {
    repo: row['repo'] as string,
    name: row['name'] as string,
    kind: row['kind'] as RefKind,
    state: row['state'] as RefState,
    target: row['target'] as string,
    commit: (row['commit_oid'] as string | null) ?? undefined,
    reason: (row['reason'] as string | null) ?? undefined,
    entryCount: Number(row['entry_count']),
    indexedAt: row['indexed_at'] as string,
  };
}
