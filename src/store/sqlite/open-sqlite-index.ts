import {existsSync, statSync} from 'node:fs';
import {CtrError} from '../../util/ctr-error.ts';
import {killPoint} from '../../util/kill-point.ts';
import type {IndexStore, RepositoryRecord} from '../index-store.ts';
import * as audit from './audit.ts';
import * as commits from './commits.ts';
import {Database} from './database.ts';
import * as entries from './entries.ts';
import {expunge} from './expunge.ts';
import * as leases from './leases.ts';
import * as refs from './refs.ts';
import {search} from './search.ts';

/**
 * The embedded index: one SQLite file, full text by FTS5. The file and its folder appear with `createCollections`;
 * a reader that finds none answers as an empty index.
 */
export function openSqliteIndex({file}: {file: string}): IndexStore {
  let writer: Database | undefined;
  let reader: Database | undefined;
  // A reader never creates the file, and one that writes reads through its own connection.
  const write = () => {
    if (writer) return writer;
    // The last connection to close puts the write-ahead log back into the file; one that only reads could not.
    reader?.[Symbol.dispose]();
    reader = undefined;
    writer = new Database(file, {isWriter: true});
    return writer;
  };
  const read = () => writer ?? (reader ??= new Database(file, {isWriter: false}));
  const exists = () => existsSync(file) && read().hasSchema();

  return {
    backend: 'sqlite',
    engine: `SQLite ${process.versions['sqlite'] ?? ''}`.trim(),
    writeConcurrency: 1,

    async createCollections() {
      write().createSchema();
    },
    async hasCollections() {
      return exists();
    },
    async dropRepository(repo) {
      if (exists()) dropRepository(write(), repo);
    },
    async listRepositories() {
      return exists() ? listRepositories(read()) : [];
    },
    async putRepository(record) {
      putRepository(write(), record);
    },
    async readLease(repo) {
      return leases.readLease(read(), repo);
    },
    async putLease(repo, lease, expected) {
      return leases.putLease(write(), repo, lease, expected);
    },
    async reserveSeqs(series, count) {
      if (count === 0)
        return Number(read().get('SELECT next FROM counters WHERE series = ?', series)?.['next'] ?? 0);
      killPoint('sqlite counter');
      const row = write().get(
        'INSERT INTO counters VALUES (?, ?) ON CONFLICT (series) DO UPDATE SET next = next + excluded.next RETURNING next',
        series,
        count,
      );
      return Number(row!['next']) - count;
    },

    async readEntrySeqs(ids) {
      return entries.readEntrySeqs(read(), ids);
    },
    async putEntries(batch) {
      entries.putEntries(write(), batch, {isReplacing: false});
      return [];
    },
    async replaceEntries(batch) {
      entries.putEntries(write(), batch, {isReplacing: true});
      return [];
    },
    async deleteEntries(repo, seqs) {
      return entries.deleteEntries(write(), repo, seqs);
    },
    async *findEntries(repo, by) {
      yield entries.findEntries(read(), repo, by);
    },

    async readCommits(repo, oids) {
      return commits.readCommits(read(), repo, oids);
    },
    async readKnownCommits(repo, oids) {
      return commits.readKnownCommits(read(), repo, oids);
    },
    async putCommits(batch) {
      commits.putCommits(write(), batch, {isReplacing: false});
    },
    async replaceCommits(batch) {
      commits.putCommits(write(), batch, {isReplacing: true});
    },
    async deleteCommits(repo, seqs) {
      return commits.deleteCommits(write(), repo, seqs);
    },
    async *scanCommits(repo, filter) {
      yield* commits.scanCommits(read(), repo, filter);
    },
    async readStoredSeqs(repo, series) {
      return entries.readStoredSeqs(read(), repo, series);
    },

    async *auditEntries(repo, wanted) {
      yield* audit.auditEntries(read(), repo, wanted);
    },
    async *auditCommits(repo, wanted) {
      yield* audit.auditCommits(read(), repo, wanted);
    },
    async *auditRefs(repo) {
      yield audit.auditRefs(read(), repo);
    },
    async deleteDocuments(series, keys) {
      audit.deleteDocuments(write(), series, keys);
    },

    async refresh() {
      // What was written is visible to every later query as it is.
    },

    async expunge() {
      if (exists()) expunge(write());
    },

    async listRefs(repo) {
      return refs.listRefs(read(), repo);
    },
    async readRefs(repo, names) {
      return refs.readRefs(read(), repo, names);
    },
    async putRefs(batch) {
      return refs.putRefs(write(), batch);
    },
    async deleteRefs(repo, batch) {
      return refs.deleteRefs(write(), repo, batch);
    },
    async publishRefs() {
      // SQLite knows no names for a filtered table that other clients could use.
    },
    async comparePublished() {
      return [];
    },

    async search(request) {
      return search(read(), request);
    },
    async *scanEntries(filter) {
      yield* entries.scanEntries(read(), filter);
    },
    async readEntry(snapshot, path) {
      return entries.readEntry(read(), snapshot, path);
    },
    async *listCommits(filter) {
      yield* commits.listCommits(read(), filter);
    },
    async findCommits(repo, prefix, limit) {
      return commits.findCommits(read(), repo, prefix, limit);
    },
    async count(repo) {
      const of = (table: string) =>
        Number(read().get(`SELECT count(*) AS n FROM ${table} WHERE repo = ?`, repo)!['n']);
      return {entries: of('entries'), commits: of('commits'), refs: of('refs'), sizeBytes: sizeOf(file)};
    },

    async [Symbol.asyncDispose]() {
      writer?.[Symbol.dispose]();
      reader?.[Symbol.dispose]();
    },
  };
}

function listRepositories(db: Database): RepositoryRecord[] {
  return db.all('SELECT * FROM repositories ORDER BY name').map((row) => ({
    id: row['id'] as string,
    name: row['name'] as string,
    head: (row['head'] as string | null) ?? undefined,
    objectFormat: row['object_format'] as 'sha1' | 'sha256',
    isShared: row['is_shared'] === 1,
  }));
}

function putRepository(db: Database, {id, name, head, objectFormat, isShared}: RepositoryRecord): void {
  db.transaction(() => {
    const other = listRepositories(db).find(
      (known) => known.id !== id && (known.name === name || !known.isShared || !isShared),
    );
    if (other) {
      throw new CtrError('CONFLICT', `this index belongs to the repository ${other.name} (${other.id})`, {
        hint: 'Set another ctr.index.name, or set ctr.index.shared to true on both and give each its own ctr.name.',
      });
    }
    db.run(
      'INSERT OR REPLACE INTO repositories VALUES (?, ?, ?, ?, ?)',
      id,
      name,
      head ?? null,
      objectFormat,
      isShared ? 1 : 0,
    );
  });
}

function dropRepository(db: Database, repo: string): void {
  db.transaction(() => {
    db.run('DELETE FROM refs WHERE repo = ?', repo);
    db.run('DELETE FROM leases WHERE repo = ?', repo);
    db.run('DELETE FROM commit_paths WHERE seq IN (SELECT seq FROM commits WHERE repo = ?)', repo);
    db.run('DELETE FROM commits WHERE repo = ?', repo);
    db.run('DELETE FROM contents WHERE seq IN (SELECT seq FROM entries WHERE repo = ?)', repo);
    db.run('DELETE FROM words WHERE rowid IN (SELECT seq FROM entries WHERE repo = ?)', repo);
    db.run('DELETE FROM entries WHERE repo = ?', repo);
    db.run('DELETE FROM repositories WHERE id = ?', repo);
  });
}

/** Bytes on disk, the write-ahead log included. */
function sizeOf(file: string): number {
  return [file, `${file}-wal`].filter(existsSync).reduce((sum, name) => sum + statSync(name).size, 0);
}
