import type {RetryEvent} from '../../util/retry.ts';
import type {IndexStore} from '../index-store.ts';
import * as audit from './audit.ts';
import {checkEngine} from './check-engine.ts';
import {
  allNames,
  collectionsOf,
  createCollections,
  hasCollections,
  refreshCollections,
} from './collections.ts';
import * as commits from './commits.ts';
import {count} from './count.ts';
import {dropRepository} from './drop-repository.ts';
import * as entries from './entries.ts';
import {expunge} from './expunge.ts';
import * as leases from './leases.ts';
import {searchNatively} from './native/search-natively.ts';
import {comparePublished, publishRefs, type SkippedAlias} from './published-refs.ts';
import * as refs from './refs.ts';
import {listRepositories, putRepository} from './repositories.ts';
import {search} from './search.ts';
import {openSeqCounter} from './seq-counter.ts';
import {openServer} from './server.ts';
import {readStoredSeqs} from './stored-seqs.ts';

export interface OpenSearchIndexOptions {
  /** `http://host:9200`, with a path where a proxy needs one. User and password in it serve where none are given. */
  readonly url: string;
  /** The collections are `<index>-files`, `<index>-commits` and `<index>-refs`. Lower case. */
  readonly index: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile?: string | undefined;
  /** For each answer. */
  readonly timeoutMs?: number | undefined;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /** A ref that `publishRefs` could not give an alias. */
  readonly onSkippedAlias?: ((skipped: SkippedAlias) => void) | undefined;
  /** The clock and the dice of retries; tests bring their own. */
  readonly delay?: ((delayMs: number) => Promise<unknown>) | undefined;
  readonly random?: (() => number) | undefined;
}

/**
 * The index in an OpenSearch of version 2.19 or later.
 * @throws BACKEND_UNAVAILABLE, BACKEND_REFUSED or BACKEND_UNSUPPORTED when it cannot be used; CONFIG.
 */
export async function openOpenSearchIndex(options: OpenSearchIndexOptions): Promise<IndexStore> {
  const {index, timeoutMs = 30_000, onSkippedAlias} = options;
  await using opening = new AsyncDisposableStack();
  const server = opening.use(await openServer({...options, timeoutMs}));
  const engine = await checkEngine(server);
  const collections = collectionsOf(index);
  const reserve = {
    entries: openSeqCounter(server, collections, 'entries'),
    commits: openSeqCounter(server, collections, 'commits'),
  };
  /** Two repositories of one set may both have a branch `main`. */
  const aliasPrefix = async (repo: string) => {
    const own = (await listRepositories(server, collections)).find(({id}) => id === repo);
    return `${collections.files.name}@${own?.isShared ? `${own.name}@` : ''}`;
  };
  const resources = opening.move();

  return {
    backend: 'opensearch',
    engine,
    writeConcurrency: 2,

    createCollections: () => createCollections(server, collections),
    hasCollections: () => hasCollections(server, collections),
    dropRepository: (repo) => dropRepository(server, collections, repo),
    listRepositories: () => listRepositories(server, collections),
    putRepository: (record) => putRepository(server, collections, record),
    readLease: (repo) => leases.readLease(server, collections, repo),
    putLease: (repo, lease, expected) => leases.putLease(server, collections, repo, {lease, expected}),
    reserveSeqs: (series, size) => reserve[series](size),

    readEntrySeqs: (ids) => entries.readEntrySeqs(server, collections.files, ids),
    putEntries: (batch) => entries.putEntries(server, collections.files, batch),
    replaceEntries: (batch) => entries.replaceEntries(server, collections.files, batch),
    deleteEntries: (repo, seqs) => entries.deleteEntries(server, collections.files, {repo, seqs}),
    findEntries: (repo, by) => entries.findEntries(server, collections.files, {repo, by}),

    readCommits: (repo, oids) => commits.readCommits(server, collections.commits, repo, oids),
    readKnownCommits: (repo, oids) => commits.readKnownCommits(server, collections.commits, repo, oids),
    putCommits: (batch) => commits.putCommits(server, collections.commits, batch),

    replaceCommits: (batch) => commits.replaceCommits(server, collections.commits, batch),
    deleteCommits: (repo, seqs) => commits.deleteCommits(server, collections.commits, {repo, seqs}),
    scanCommits: (repo, filter) => commits.scanCommits(server, collections.commits, {...filter, repo}),
    readStoredSeqs: (repo, series) =>
      readStoredSeqs(server, series === 'entries' ? collections.files : collections.commits, repo),

    expunge: () => expunge(server, collections),

    auditEntries: (repo, wanted) => audit.auditEntries(server, collections, {...wanted, repo}),
    auditCommits: (repo, wanted) => audit.auditCommits(server, collections, {...wanted, repo}),
    auditRefs: (repo) => audit.auditRefs(server, collections, repo),
    deleteDocuments: (series, keys) => audit.deleteDocumentsByKey(server, collections, {series, keys}),
    refresh: () => refreshCollections(server, allNames(collections)),

    listRefs: (repo) => refs.listRefs(server, collections.refs, repo),
    readRefs: (repo, names) => refs.readRefs(server, collections.refs, repo, names),
    putRefs: (batch) => refs.putRefs(server, collections.refs, batch),
    deleteRefs: (repo, batch) => refs.deleteRefs(server, collections.refs, {repo, refs: batch}),
    async publishRefs(published, repo) {
      const prefix = await aliasPrefix(repo);
      const skipped = await publishRefs(server, collections.files, {refs: published, repo, prefix});
      for (const skip of skipped) onSkippedAlias?.(skip);
    },
    comparePublished: async (published, repo) =>
      comparePublished(server, collections.files, {refs: published, repo, prefix: await aliasPrefix(repo)}),

    search: (request) => search(server, collections.files, request),
    searchNatively: (request) => searchNatively(server, collections.files, request),
    scanEntries: (filter) => entries.scanEntries(server, collections.files, filter),
    readEntry: (snapshot, path) => entries.readEntry(server, collections.files, {snapshot, path}),
    listCommits: (filter) => commits.listCommits(server, collections.commits, filter),
    findCommits: (repo, prefix, limit) =>
      commits.findCommits(server, collections.commits, {repo, prefix, limit}),
    count: (repo) => count(server, collections, repo),

    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
