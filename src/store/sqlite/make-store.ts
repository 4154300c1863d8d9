import {existsSync, statSync} from 'node:fs';
import {killPoint} from '../../util/kill-point.ts';
import type {IndexStore} from '../index-store.ts';
import * as audit from './audit.ts';
import * as commits from './commits.ts';
import type {Connections} from './connections.ts';
import * as entries from './entries.ts';
import {expunge} from './expunge.ts';
import * as leases from './leases.ts';
import * as refs from './refs.ts';
import {dropRepository, listRepositories, putRepository} from './repositories.ts';
import {search} from './search.ts';

/** What a store does beyond its own file. */
export interface StoreFiles {
  readonly createLink: () => void;
  readonly dropNext: () => void;
}

/** A store on one generation, or on whichever is the current one. */
export function makeStore(connections: Connections, {createLink, dropNext}: StoreFiles): IndexStore {
  const {read, write, exists} = connections;
  return {
    backend: 'sqlite',
    engine: `SQLite ${process.versions['sqlite'] ?? ''}`.trim(),
    writeConcurrency: 1,

    async createCollections() {
      write().createSchema();
      createLink();
    },
    async hasCollections() {
      return exists();
    },
    async dropRepository(repo) {
      if (exists()) dropRepository(write(), repo);
      dropNext();
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
    async readCommitSeqs(repo, oids) {
      return commits.readCommitSeqs(read(), repo, oids);
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
      yield* commits.scanCommits(read, repo, filter);
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
      yield* entries.scanEntries(read, filter);
    },
    async readEntry(snapshot, path) {
      return entries.readEntry(read(), snapshot, path);
    },
    async *listCommits(filter) {
      yield* commits.listCommits(read, filter);
    },
    async findCommits(repo, prefix, limit) {
      return commits.findCommits(read(), repo, prefix, limit);
    },
    async count(repo) {
      const of = (table: string) =>
        Number(read().get(`SELECT count(*) AS n FROM ${table} WHERE repo = ?`, repo)!['n']);
      return {
        entries: of('entries'),
        commits: of('commits'),
        refs: of('refs'),
        sizeBytes: sizeOf(connections.file()),
      };
    },

    async [Symbol.asyncDispose]() {
      connections[Symbol.dispose]();
    },
  };
}

/** Bytes on disk, the write-ahead log included. */
function sizeOf(file: string): number {
  return [file, `${file}-wal`].filter(existsSync).reduce((sum, name) => sum + statSync(name).size, 0);
}
