import type {RefKind, RefRecord, RefState, RefSummary} from '../../domain/ref.ts';
import type {Version} from '../ports/version.ts';
import type {Database, Row} from './database.ts';

export function listRefs(db: Database, repo: string): (RefSummary & {version: Version})[] {
  const rows = db.all(
    'SELECT repo, name, version, kind, state, target, commit_oid, reason, entry_count, indexed_at FROM refs WHERE repo = ? ORDER BY name',
    repo,
  );
  return rows.map((row) => ({...summaryOf(row), version: String(row['version'])}));
}

export function readRefs(db: Database, repo: string, names: readonly string[]): Map<string, RefRecord> {
  const records = new Map<string, RefRecord>();
  for (const name of names) {
    const row = db.get('SELECT * FROM refs WHERE repo = ? AND name = ?', repo, name);
    if (row) records.set(name, refOf(row));
  }
  return records;
}

export function refOf(row: Row): RefRecord {
  return {
    ...summaryOf(row),
    snapshot: row['snapshot'] as Uint8Array,
    history: row['history'] as Uint8Array,
  };
}

/** One transaction per call, so each ref moves atomically; the names that somebody else wrote first are returned. */
export function putRefs(
  db: Database,
  refs: readonly {readonly record: RefRecord; readonly expected: Version | undefined}[],
): string[] {
  return db.transaction(() =>
    refs.filter((ref) => !putRef(db, ref.record, ref.expected)).map((ref) => ref.record.name),
  );
}

function putRef(db: Database, record: RefRecord, expected: Version | undefined): boolean {
  const current = db.get('SELECT version FROM refs WHERE repo = ? AND name = ?', record.repo, record.name);
  if ((current && String(current['version'])) !== expected) return false;
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

export function deleteRefs(
  db: Database,
  repo: string,
  refs: readonly {readonly name: string; readonly expected: Version}[],
): string[] {
  return db.transaction(() =>
    refs
      .filter(({name, expected}) => {
        const current = db.get('SELECT version FROM refs WHERE repo = ? AND name = ?', repo, name);
        if (current && String(current['version']) !== expected) return true;
        db.run('DELETE FROM refs WHERE repo = ? AND name = ?', repo, name);
        return false;
      })
      .map(({name}) => name),
  );
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
