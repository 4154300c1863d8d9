import type {CommitNode, CommitRecord, ListedCommit} from '../../domain/commit.ts';
import {commitTest} from '../../domain/commit-match.ts';
import {chunks} from '../../util/chunks.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {CommitFilter, CommitStore, StoredCommitFilter} from '../ports/commits.ts';
import {bitmapFilter, type QueryClause} from './bitmap-filter.ts';
import type {Collection} from './collection-indexes.ts';
import {
  COMMIT_FACTS,
  COMMIT_NODE,
  commitDocumentId,
  fromCommitFacts,
  fromCommitNode,
  toCommitDocument,
} from './commit-documents.ts';
import {toLogQuery} from './commit-query.ts';
import {deleteDocuments} from './delete-documents.ts';
import {type FoundDocument, type ReadOptions, readDocuments} from './documents.ts';
import {pathTerm} from './entry-documents.ts';
import {TERM_MAX_CHARS} from './mappings.ts';
import {putNumbered} from './numbered-documents.ts';
import {type Hit, PAGE_MAX, searchPages} from './pages.ts';
import type {StoreContext} from './store-context.ts';
import {termsOnly} from './terms.ts';

const TIMES_BATCH = 5000;
const LOG_PAGE = 1000;
/** A commit of 20,000 paths takes a megabyte. */
const WIDE_BATCH = 50;
/** A keyframe may take 100 KB. */
const NODES_BATCH = 200;

export function makeCommitStore({collections: {commits}, write, tallies}: StoreContext): CommitStore {
  /** Of the commits that exist, these members as `parse` makes them of the source, by oid. */
  async function readEach<T>(
    {repo, oids, ...options}: {repo: string; oids: readonly string[]} & ReadOptions,
    parse: (source: FoundDocument['source']) => T,
  ): Promise<Map<string, T>> {
    const byId = new Map(oids.map((oid) => [commitDocumentId(repo, oid), oid]));
    const found = new Map<string, T>();
    for await (const documents of readDocuments(commits, [...byId.keys()], options)) {
      for (const {id, source} of documents) found.set(byId.get(id)!, parse(source));
    }
    return found;
  }

  async function put(batch: readonly CommitRecord[], options: {isReplacing: boolean}): Promise<void> {
    tallies.add(batch[0]?.repo);
    await write((to) => putCommits(to.commits, batch, options));
  }

  return {
    readCommits: (repo, oids) =>
      readEach({repo, oids, members: COMMIT_NODE, batchSize: NODES_BATCH}, fromCommitNode),
    readCommitPaths: (repo, oids) =>
      readEach({repo, oids, members: ['paths'], batchSize: WIDE_BATCH}, pathsOf),
    readCommitHeads: (repo, oids) =>
      readEach(
        {repo, oids, members: ['oid', 'author', 'committer', 'subject'], batchSize: 1000},
        fromCommitFacts,
      ),
    readCommitTimes: (repo, oids) => readCommitTimes(commits, repo, oids),
    async readKnownCommits(repo, oids) {
      const known = await readEach({repo, oids, members: false, batchSize: 1000}, () => undefined);
      return new Set(known.keys());
    },
    readCommitSeqs: (repo, oids) =>
      readEach({repo, oids, members: ['seq'], batchSize: 1000}, ({seq}) => Number(seq)),
    listCommits: (filter) => listCommits(commits, filter),
    findCommits: (repo, prefix, limit) => findCommits(commits, {repo, prefix, limit}),
    scanCommits: (repo, filter) => scanCommits(commits, {...filter, repo}),
    putCommits: (batch) => put(batch, {isReplacing: false}),
    replaceCommits: (batch) => put(batch, {isReplacing: true}),
    deleteCommits: (repo, seqs) =>
      write(async (to) => {
        await tallies.takeBack(to, [repo]);
        return deleteDocuments(to.commits, {bool: {filter: [bitmapFilter(seqs), {term: {repo}}]}});
      }),
  };
}

function pathsOf(source: FoundDocument['source']): readonly string[] {
  return source['paths'] as readonly string[];
}

export async function putCommits(
  collection: Collection,
  commits: readonly CommitRecord[],
  {isReplacing}: {isReplacing: boolean},
): Promise<void> {
  const documents = commits.map((commit) => ({
    id: commitDocumentId(commit.repo, commit.oid),
    seq: commit.seq,
    toSource: () => toCommitDocument(commit),
  }));
  const outcomes = await putNumbered(collection, documents, {isReplacing, what: 'commits'});
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.kind === 'refused') throw refused(commits[at]!, outcome.reason);
  }
}

async function* scanCommits(
  collection: Collection,
  {repo, seqs, paths, isRoot}: StoredCommitFilter & {repo: string},
): AsyncGenerator<CommitNode[]> {
  const filter: QueryClause[] = [{term: {repo}}];
  if (seqs) filter.push(bitmapFilter(seqs));
  if (isRoot) filter.push({bool: {must_not: [{exists: {field: 'parents'}}]}});
  if (paths) {
    const terms = paths.map(pathTerm);
    // Paths too long to be terms are among the directories, as hashes.
    const hashes = paths.filter((path) => path.length > TERM_MAX_CHARS).map(pathTerm);
    filter.push({bool: {should: [{terms: {paths: terms}}, {terms: {dirs: hashes}}]}});
  }
  const pages = searchPages(collection, {
    query: {bool: {filter}},
    sort: [{seq: 'asc'}],
    pageSize: NODES_BATCH,
    body: {_source: COMMIT_NODE},
  });
  for await (const {hits} of pages) {
    if (hits.length > 0) yield hits.map(({_source}) => fromCommitNode(_source!));
  }
}

function refused({oid}: CommitRecord, reason: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `OpenSearch refuses the commit ${oid}: ${reason}`, {
    hint: 'A commit that changes millions of paths may need a larger http.max_content_length.',
    data: {oid, reason},
  });
}

/** From the columns, without the documents: eight times as fast where thousands are asked for (measured). */
async function readCommitTimes(
  collection: Collection,
  repo: string,
  oids: readonly string[],
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const chunk of chunks(oids, TIMES_BATCH)) {
    const pages = searchPages(collection, {
      query: {bool: {filter: [{term: {repo}}, {terms: {oid: chunk}}]}},
      sort: [{oid: 'asc'}],
      pageSize: TIMES_BATCH,
      body: termsOnly(['oid', 'committer.timeSeconds']),
    });
    for await (const {hits} of pages) {
      for (const {fields = {}} of hits) {
        times.set(String(fields['oid']?.[0]), Number(fields['committer.timeSeconds']?.[0]));
      }
    }
  }
  return times;
}

async function* listCommits(collection: Collection, filter: CommitFilter): AsyncGenerator<ListedCommit[]> {
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  if (left === 0) return;
  const {expression} = filter;
  const isWanted = commitTest({expression});
  const pages = searchPages(collection, {
    query: toLogQuery(filter),
    sort: [{order: 'desc'}, {seq: 'desc'}],
    limit: isWanted ? undefined : filter.limit,
    after: filter.after && [filter.after.order, filter.after.seq],
    pageSize: LOG_PAGE,
    // Paths come apart: a commit may have changed so many that a page of them is a gigabyte.
    body: {_source: COMMIT_FACTS},
  });
  for await (const {hits} of pages) {
    const wanted = isWanted ? hits.filter(({_source}) => isWanted(fromCommitFacts(_source!))) : hits;
    yield* withPaths(collection, wanted.slice(0, left), filter.pathsMax);
    left -= wanted.length;
    if (left <= 0) return;
  }
}

/** The commits of these hits, some at a time. */
async function* withPaths(
  collection: Collection,
  hits: readonly Hit[],
  pathsMax = Number.POSITIVE_INFINITY,
): AsyncGenerator<ListedCommit[]> {
  for (let start = 0; start < hits.length; start += WIDE_BATCH) {
    const batch = hits.slice(start, start + WIDE_BATCH);
    const ids = batch.map(({_id}) => _id!);
    const paths = new Map<string, readonly string[]>();
    const documents = readDocuments(collection, ids, {members: ['paths'], batchSize: WIDE_BATCH});
    for await (const found of documents) for (const {id, source} of found) paths.set(id, pathsOf(source));
    yield batch.map(({_id, _source}) => {
      const all = paths.get(_id!) ?? [];
      return {...fromCommitFacts(_source!), paths: all.slice(0, pathsMax), pathsTotal: all.length};
    });
  }
}

async function findCommits(
  collection: Collection,
  {repo, prefix, limit}: {repo: string; prefix: string; limit: number},
): Promise<string[]> {
  const oids: string[] = [];
  const pages = searchPages(collection, {
    query: {bool: {filter: [{term: {repo}}, {prefix: {oid: prefix}}]}},
    sort: [{oid: 'asc'}],
    limit,
    pageSize: PAGE_MAX,
    body: termsOnly(['oid']),
  });
  for await (const {hits} of pages) oids.push(...hits.map(({fields}) => String(fields?.oid?.[0])));
  return oids;
}
