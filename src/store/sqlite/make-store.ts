import {existsSync, statSync} from 'node:fs';
import type {IndexStore} from '../ports/index-store.ts';
import {isUnusable} from '../unusable-index.ts';
import * as audit from './audit.ts';
import * as commits from './commits.ts';
import type {Connections} from './connections.ts';
import {readNextSeq} from './counters.ts';
import * as entries from './entries.ts';
import {expunge} from './expunge.ts';
import {findLoss} from './find-loss.ts';
import * as leases from './leases.ts';
import * as refs from './refs.ts';
import {dropRepository, listRepositories, putRepository} from './repositories.ts';
import {search} from './search.ts';

/** What a store does beyond its own file. */
export interface StoreFiles {
  readonly createLink: () => void;
  readonly dropNext: () => void;
  readonly deleteAll: () => void;
}

/** A store on one generation, or on whichever is the current one. */
export function makeStore(
  connections: Connections,
  {createLink, dropNext, deleteAll}: StoreFiles,
): IndexStore {
  const {read, write, putBatch, exists} = connections;
  return {
    backend: 'sqlite',
    engine: `SQLite ${process.versions['sqlite'] ?? ''}`.trim(),
    // One in the thread, while objects and words of the next are made.
    writeConcurrency: 2,

    async createCollections() {
      await write((db) => db.createSchema());
      createLink();
    },
    async hasCollections() {
      return exists();
    },
    async dropRepository(repo) {
      try {
        if (exists()) await write((db) => dropRepository(db, repo));
        dropNext();
      } catch (error) {
        // What cannot be read holds nothing that anybody else could use.
        if (!isUnusable(error)) throw error;
        await connections.close();
        deleteAll();
      }
    },
    async listRepositories() {
      return exists() ? listRepositories(read()) : [];
    },
    async putRepository(record) {
      await write((db) => putRepository(db, record));
    },
    async readLease(repo) {
      return leases.readLease(read(), repo);
    },
    async putLease(repo, lease, expected) {
      return write((db) => leases.putLease(db, repo, lease, expected));
    },
    async reserveSeqs(series, count) {
      return count === 0 ? readNextSeq(read(), series) : connections.reserveSeqs({series, count});
    },

    async findLoss(repo) {
      return exists() ? findLoss(read(), {repo, file: connections.file()}) : undefined;
    },
    async rememberHoldings() {
      // One file comes from one time: what is less than before was deleted by a program that may write it.
    },

    async readEntrySeqs(ids) {
      return entries.readEntrySeqs(read(), ids);
    },
    async putEntries(batch) {
      await putBatch({entries: batch, isReplacing: false});
      return [];
    },
    async replaceEntries(batch) {
      await putBatch({entries: batch, isReplacing: true});
      return [];
    },
    async deleteEntries(repo, seqs) {
      return write((db) => entries.deleteEntries(db, repo, seqs));
    },
    async *findEntries(repo, by) {
      yield entries.findEntries(read(), repo, by);
    },

    async readCommits(repo, oids) {
      return commits.readCommits(read(), repo, oids);
    },
    async readCommitPaths(repo, oids) {
      return commits.readCommitPaths(read(), repo, oids);
    },
    async readCommitHeads(repo, oids) {
      return commits.readCommitHeads(read(), repo, oids);
    },
    async readCommitTimes(repo, oids) {
      return commits.readCommitTimes(read(), repo, oids);
    },
    async readKnownCommits(repo, oids) {
      return commits.readKnownCommits(read(), repo, oids);
    },
    async readCommitSeqs(repo, oids) {
      return commits.readCommitSeqs(read(), repo, oids);
    },
    async putCommits(batch) {
      await putBatch({commits: batch, isReplacing: false});
    },
    async replaceCommits(batch) {
      await putBatch({commits: batch, isReplacing: true});
    },
    async deleteCommits(repo, seqs) {
      return write((db) => commits.deleteCommits(db, repo, seqs));
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
      yield* audit.auditRefs(read(), repo);
    },
    async deleteDocuments(series, keys) {
      await write((db) => audit.deleteDocuments(db, series, keys));
    },

    async refresh() {
      // What was written is visible to every later query as it is.
    },

    async expunge() {
      if (exists()) await write(expunge);
    },

    async listRefs(repo) {
      return refs.listRefs(read(), repo);
    },
    async readRefs(repo, names) {
      return refs.readRefs(read(), repo, names);
    },
    async putRefs(batch) {
      return write((db) => refs.putRefs(db, batch));
    },
    async deleteRefs(repo, batch) {
      return write((db) => refs.deleteRefs(db, repo, batch));
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
      await connections[Symbol.asyncDispose]();
    },
  };
}

/** Bytes on disk, the write-ahead log included. */
function sizeOf(file: string): number {
  return [file, `${file}-wal`].filter(existsSync).reduce((sum, name) => sum + statSync(name).size, 0);
}
