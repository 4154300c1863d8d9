import {existsSync} from 'node:fs';
import {nothingIndexed} from '../index-errors.ts';
import type {IndexSet} from '../ports/generations.ts';
import type {IndexStore} from '../ports/index-store.ts';
import {makeAuditStore} from './audit.ts';
import {makeCollectionStore} from './collections.ts';
import {makeCommitStore} from './commits.ts';
import {type Connections, openConnections} from './connections.ts';
import {promoteCounters, raiseCounter, readHighest, writeThrough} from './counters.ts';
import {Database} from './database.ts';
import {makeEntryStore} from './entries.ts';
import {
  createLink,
  currentFile,
  deleteAllFiles,
  dropNextFiles,
  dropSupersededFiles,
  freshFile,
  nextFile,
  promoteFile,
} from './generations.ts';
import {makeLeaseStore} from './leases.ts';
import {makeRefStore} from './refs.ts';
import {makeRepositoryStore, type SetFiles} from './repositories.ts';
import {makeSearch} from './search.ts';
import {makeSeqStore} from './seqs.ts';

/**
 * The embedded index: one SQLite file, full text by FTS5, and a link to it by the name `file`. Both and their folder
 * appear with `createCollections`; a reader that finds none answers as an empty index.
 */
export function openSqliteIndex({file: link}: {file: string}): IndexSet {
  const current = openConnections(() => currentFile(link));
  const dropNext = () => dropNextFiles(link);
  /** The file of the generation that was begun without the current one. */
  let fresh: string | undefined;
  return {
    ...makeStore(current, {
      createLink: () => createLink(link),
      dropNext,
      deleteAll: () => deleteAllFiles(link),
    }),
    async openNext() {
      if (!current.exists()) throw nothingIndexed();
      const file = nextFile(link);
      return openGeneration(file);
    },
    async openFresh() {
      dropNext();
      const highest = readHighest(currentFile(link));
      fresh = freshFile(link);
      const next = await openGeneration(fresh);
      using db = new Database(fresh, {isWriter: true});
      for (const series of ['entries', 'commits'] as const) raiseCounter(db, series, highest[series]);
      return next;
    },
    hasNext: async () => existsSync(nextFile(link)),
    async dropNext() {
      dropNext();
    },
    async promoteNext() {
      const file = fresh ?? nextFile(link);
      if (!existsSync(file)) throw nothingIndexed();
      if (fresh === undefined) promoteCounters(current.read(), file);
      else writeThrough(file);
      promoteFile(link, file);
      fresh = undefined;
      await current.close();
    },
    dropSuperseded: (waitMs) => dropSupersededFiles(link, waitMs),
  };
}

/** A store on one generation, or on whichever is the current one. */
function makeStore(
  connections: Connections,
  {createLink, ...files}: SetFiles & {createLink: () => void},
): IndexStore {
  return {
    ...makeCollectionStore(connections, createLink),
    ...makeRepositoryStore(connections, files),
    ...makeLeaseStore(connections),
    ...makeSeqStore(connections),
    ...makeEntryStore(connections),
    ...makeCommitStore(connections),
    ...makeRefStore(connections),
    ...makeSearch(connections),
    ...makeAuditStore(connections),
    [Symbol.asyncDispose]: connections[Symbol.asyncDispose],
  };
}

async function openGeneration(file: string): Promise<IndexStore> {
  const nothing = () => undefined;
  const store = makeStore(
    openConnections(() => file),
    {createLink: nothing, dropNext: nothing, deleteAll: nothing},
  );
  await store.createCollections();
  return store;
}
