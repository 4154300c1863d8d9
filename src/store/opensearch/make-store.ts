import type {IndexStore} from '../ports/index-store.ts';
import * as audit from './audit.ts';
import {allNames, refreshCollections} from './collections.ts';
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
import type {Server} from './server.ts';
import {readStoredSeqs} from './stored-seqs.ts';
import {findLoss, openTallies} from './tallies.ts';
import type {Target} from './targets.ts';

/** What all generations of a set share. */
export interface StoreParts {
  readonly server: Server;
  readonly index: string;
  readonly engine: string;
  readonly onSkippedAlias?: ((skipped: SkippedAlias) => void) | undefined;
}

/** A store on one generation; whoever calls knows what is to be closed with it. */
export function makeStore(
  {server, index, engine, onSkippedAlias}: StoreParts,
  {collections, write, create, exist}: Target,
): Omit<IndexStore, typeof Symbol.asyncDispose> {
  const reserve = {
    entries: openSeqCounter(server, 'entries'),
    commits: openSeqCounter(server, 'commits'),
  };
  const tallies = openTallies(server);
  /** Two repositories of one set may both have a branch `main`. */
  const aliasPrefix = async (repo: string) => {
    const own = (await listRepositories(server, collections)).find(({id}) => id === repo);
    return `${collections.files.name}@${own?.isShared ? `${own.name}@` : ''}`;
  };
  return {
    backend: 'opensearch',
    engine,
    writeConcurrency: 2,

    createCollections: create,
    hasCollections: exist,
    dropRepository: (repo) => dropRepository(server, {index, write}, repo),
    listRepositories: () => listRepositories(server, collections),
    putRepository: (record) => write((to) => putRepository(server, to, record)),
    readLease: (repo) => leases.readLease(server, collections, repo),
    putLease: (repo, lease, expected) => write((to) => leases.putLease(server, to, repo, {lease, expected})),
    reserveSeqs: (series, size) => write((to) => reserve[series](to, size)),
    findLoss: (repo) => findLoss(server, collections, repo),
    rememberHoldings: (repo) => write((to) => tallies.keep(to, repo)),

    readEntrySeqs: (ids) => entries.readEntrySeqs(server, collections.files, ids),
    putEntries: (batch) => {
      tallies.add(batch[0]?.repo);
      return write(({files}) => entries.putEntries(server, files, batch));
    },
    replaceEntries: (batch) => {
      tallies.add(batch[0]?.repo);
      return write(({files}) => entries.replaceEntries(server, files, batch));
    },
    deleteEntries: (repo, seqs) =>
      write(async (to) => {
        await tallies.takeBack(to, [repo]);
        return entries.deleteEntries(server, to.files, {repo, seqs});
      }),
    findEntries: (repo, by) => entries.findEntries(server, collections.files, {repo, by}),

    readCommits: (repo, oids) => commits.readCommits(server, collections.commits, repo, oids),
    readCommitPaths: (repo, oids) => commits.readCommitPaths(server, collections.commits, repo, oids),
    readCommitHeads: (repo, oids) => commits.readCommitHeads(server, collections.commits, repo, oids),
    readCommitTimes: (repo, oids) => commits.readCommitTimes(server, collections.commits, repo, oids),
    readKnownCommits: (repo, oids) => commits.readKnownCommits(server, collections.commits, repo, oids),
    readCommitSeqs: (repo, oids) => commits.readCommitSeqs(server, collections.commits, repo, oids),
    putCommits: (batch) => {
      tallies.add(batch[0]?.repo);
      return write((to) => commits.putCommits(server, to.commits, batch));
    },
    replaceCommits: (batch) => {
      tallies.add(batch[0]?.repo);
      return write((to) => commits.replaceCommits(server, to.commits, batch));
    },
    deleteCommits: (repo, seqs) =>
      write(async (to) => {
        await tallies.takeBack(to, [repo]);
        return commits.deleteCommits(server, to.commits, {repo, seqs});
      }),
    scanCommits: (repo, filter) => commits.scanCommits(server, collections.commits, {...filter, repo}),
    readStoredSeqs: (repo, series) =>
      readStoredSeqs(server, series === 'entries' ? collections.files : collections.commits, repo),

    auditEntries: (repo, wanted) => audit.auditEntries(server, collections, {...wanted, repo}),
    auditCommits: (repo, wanted) => audit.auditCommits(server, collections, {...wanted, repo}),
    auditRefs: (repo) => audit.auditRefs(server, collections, repo),
    deleteDocuments: (series, keys) =>
      write(async (to) => {
        const repositories = await listRepositories(server, to);
        await tallies.takeBack(
          to,
          repositories.map(({id}) => id),
        );
        return audit.deleteDocumentsByKey(server, to, {series, keys});
      }),

    expunge: () => write((to) => expunge(server, to)),
    refresh: () => refreshCollections(server, allNames(collections)),

    listRefs: (repo) => refs.listRefs(server, collections.refs, repo),
    readRefs: (repo, names) => refs.readRefs(server, collections.refs, repo, names),
    putRefs: (batch) => write((to) => refs.putRefs(server, to.refs, batch)),
    deleteRefs: (repo, batch) => write((to) => refs.deleteRefs(server, to.refs, {repo, refs: batch})),
    async publishRefs(published, repo) {
      const prefix = await aliasPrefix(repo);
      const skipped = await write(({files}) => publishRefs(server, files, {refs: published, repo, prefix}));
      for (const skip of skipped) onSkippedAlias?.(skip);
    },
    async comparePublished(published, repo) {
      const prefix = await aliasPrefix(repo);
      return write(({files}) => comparePublished(server, files, {refs: published, repo, prefix}));
    },

    search: (request) => search(server, collections.files, request),
    searchNatively: (request) => searchNatively(server, collections.files, request),
    scanEntries: (filter) => entries.scanEntries(server, collections.files, filter),
    readEntry: (snapshot, path) => entries.readEntry(server, collections.files, {snapshot, path}),
    listCommits: (filter) => commits.listCommits(server, collections.commits, filter),
    findCommits: (repo, prefix, limit) =>
      commits.findCommits(server, collections.commits, {repo, prefix, limit}),
    count: (repo) => count(server, collections, repo),
  };
}
