import type {CommitHead, CommitNode, CommitRecord, ListedCommit} from '../../domain/commit.ts';
import {chunks} from '../../util/chunks.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {CommitFilter, StoredCommitFilter} from '../ports/commits.ts';
import {bitmapFilter, type QueryClause} from './bitmap-filter.ts';
import {type BulkOutcome, writeBulk} from './bulk.ts';
import type {Collection} from './collections.ts';
import {
  COMMIT_BITMAPS,
  COMMIT_FACTS,
  commitDocumentId,
  fromCommitFacts,
  fromCommitNode,
  toCommitDocument,
} from './commit-documents.ts';
import {deleteDocuments} from './delete-documents.ts';
import {readDocuments} from './documents.ts';
import {pathTerm} from './entry-documents.ts';
import {TERM_MAX_CHARS} from './mappings.ts';
import {type Hit, PAGE_MAX, searchPages} from './pages.ts';
import type {Server} from './server.ts';
import {termsOnly} from './terms.ts';

const TIMES_BATCH = 5000;
const LOG_PAGE = 1000;
/** A commit of 20,000 paths takes a megabyte. */
const WIDE_BATCH = 50;
/** A keyframe may take 100 KB. */
const NODES_BATCH = 200;

export async function putCommits(
  server: Server,
  collection: Collection,
  commits: readonly CommitRecord[],
): Promise<void> {
  const outcomes = await writeCommits(server, collection, commits, 'create');
  await assertSameSeqs(
    server,
    collection,
    commits.filter((_, at) => outcomes[at]!.kind === 'conflict'),
  );
}

export async function replaceCommits(
  server: Server,
  collection: Collection,
  commits: readonly CommitRecord[],
): Promise<void> {
  await assertSameSeqs(server, collection, commits);
  await writeCommits(server, collection, commits, 'index');
}

async function writeCommits(
  server: Server,
  collection: Collection,
  commits: readonly CommitRecord[],
  action: 'create' | 'index',
): Promise<BulkOutcome[]> {
  const operations = commits.map((commit) => ({
    id: commitDocumentId(commit.repo, commit.oid),
    action,
    get source() {
      return toCommitDocument(commit);
    },
  }));
  const outcomes = await writeBulk(server, collection.writer, operations);
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.kind === 'refused') throw refused(commits[at]!, outcome.reason);
  }
  return outcomes;
}

export async function deleteCommits(
  server: Server,
  collection: Collection,
  {repo, seqs}: {repo: string; seqs: Uint8Array},
): Promise<number> {
  return deleteDocuments(server, collection, {bool: {filter: [bitmapFilter(seqs), {term: {repo}}]}});
}

export async function* scanCommits(
  server: Server,
  collection: Collection,
  {repo, seqs, paths, isRoot}: StoredCommitFilter & {repo: string},
): AsyncGenerator<CommitNode[]> {
  const filter: QueryClause[] = [{term: {repo}}];
  if (seqs) filter.push(bitmapFilter(seqs));
  if (isRoot) filter.push({bool: {must_not: [{exists: {field: 'parents'}}]}});
  if (paths) {
    const terms = paths.map(pathTerm);
    // Paths too long to be terms are among the directories, as hashes.
    filter.push({bool: {should: [{terms: {paths: terms}}, {terms: {dirs: longTerms(paths)}}]}});
  }
  const pages = searchPages(server, collection, {
    query: {bool: {filter}},
    sort: [{seq: 'asc'}],
    pageSize: NODES_BATCH,
    body: {_source: [...COMMIT_FACTS, ...COMMIT_BITMAPS]},
  });
  for await (const {hits} of pages) {
    if (hits.length > 0) yield hits.map(({_source}) => fromCommitNode(_source!));
  }
}

function longTerms(paths: readonly string[]): string[] {
  return paths.filter((path) => path.length > TERM_MAX_CHARS).map(pathTerm);
}

function refused({oid}: CommitRecord, reason: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `OpenSearch refuses the commit ${oid}: ${reason}`, {
    hint: 'A commit that changes millions of paths may need a larger http.max_content_length.',
    data: {oid, reason},
  });
}

async function assertSameSeqs(
  server: Server,
  collection: Collection,
  commits: readonly CommitRecord[],
): Promise<void> {
  const byId = new Map(commits.map((commit) => [commitDocumentId(commit.repo, commit.oid), commit]));
  for await (const stored of readDocuments(server, collection, [...byId.keys()], {
    members: ['seq'],
    batchSize: 1000,
  })) {
    const other = stored.find(({id, source}) => source.seq !== byId.get(id)!.seq);
    if (!other) continue;
    throw new CtrError('CONFLICT', 'another sync wrote the same commits at the same time', {
      hint: 'Run `ctr sync` again.',
      data: {oid: byId.get(other.id)!.oid},
    });
  }
}

export async function readCommits(
  server: Server,
  collection: Collection,
  repo: string,
  oids: readonly string[],
): Promise<Map<string, CommitNode>> {
  const ids = oids.map((oid) => commitDocumentId(repo, oid));
  const members = [...COMMIT_FACTS, ...COMMIT_BITMAPS];
  const commits = new Map<string, CommitNode>();
  for await (const documents of readDocuments(server, collection, ids, {members, batchSize: NODES_BATCH})) {
    for (const {source} of documents) {
      const commit = fromCommitNode(source);
      commits.set(commit.oid, commit);
    }
  }
  return commits;
}

export async function readCommitPaths(
  server: Server,
  collection: Collection,
  repo: string,
  oids: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const byId = new Map(oids.map((oid) => [commitDocumentId(repo, oid), oid]));
  const paths = await readPathsById(server, collection, [...byId.keys()]);
  return new Map([...paths].map(([id, changed]) => [byId.get(id)!, changed]));
}

async function readPathsById(
  server: Server,
  collection: Collection,
  ids: readonly string[],
): Promise<Map<string, readonly string[]>> {
  const paths = new Map<string, readonly string[]>();
  const documents = readDocuments(server, collection, ids, {members: ['paths'], batchSize: WIDE_BATCH});
  for await (const found of documents)
    for (const {id, source} of found) paths.set(id, source.paths as readonly string[]);
  return paths;
}

export async function readCommitHeads(
  server: Server,
  collection: Collection,
  repo: string,
  oids: readonly string[],
): Promise<Map<string, CommitHead>> {
  const ids = oids.map((oid) => commitDocumentId(repo, oid));
  const heads = new Map<string, CommitHead>();
  for await (const documents of readDocuments(server, collection, ids, {
    members: ['oid', 'author', 'committer', 'subject'],
    batchSize: 1000,
  })) {
    for (const {source} of documents) {
      const head = fromCommitFacts(source);
      heads.set(head.oid, head);
    }
  }
  return heads;
}

/** From the columns, without the documents: eight times as fast where thousands are asked for (measured). */
export async function readCommitTimes(
  server: Server,
  collection: Collection,
  repo: string,
  oids: readonly string[],
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const chunk of chunks(oids, TIMES_BATCH)) {
    const pages = searchPages(server, collection, {
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

export async function readKnownCommits(
  server: Server,
  collection: Collection,
  repo: string,
  oids: readonly string[],
): Promise<Set<string>> {
  const byId = new Map(oids.map((oid) => [commitDocumentId(repo, oid), oid]));
  const known = new Set<string>();
  for await (const documents of readDocuments(server, collection, [...byId.keys()], {
    members: false,
    batchSize: 1000,
  })) {
    for (const {id} of documents) known.add(byId.get(id)!);
  }
  return known;
}

export async function readCommitSeqs(
  server: Server,
  collection: Collection,
  repo: string,
  oids: readonly string[],
): Promise<Map<string, number>> {
  const byId = new Map(oids.map((oid) => [commitDocumentId(repo, oid), oid]));
  const seqs = new Map<string, number>();
  for await (const documents of readDocuments(server, collection, [...byId.keys()], {
    members: ['seq'],
    batchSize: 1000,
  })) {
    for (const {id, source} of documents) seqs.set(byId.get(id)!, Number(source.seq));
  }
  return seqs;
}

export async function* listCommits(
  server: Server,
  collection: Collection,
  filter: CommitFilter,
): AsyncGenerator<ListedCommit[]> {
  if (filter.limit === 0) return;
  const pages = searchPages(server, collection, {
    query: toLogQuery(filter),
    sort: [{order: 'desc'}, {seq: 'desc'}],
    limit: filter.limit,
    after: filter.after && [filter.after.order, filter.after.seq],
    pageSize: LOG_PAGE,
    // Paths come apart: a commit may have changed so many that a page of them is a gigabyte.
    body: {_source: COMMIT_FACTS},
  });
  for await (const {hits} of pages) yield* withPaths(server, collection, hits, filter.pathsMax);
}

/** The commits of these hits, some at a time. */
async function* withPaths(
  server: Server,
  collection: Collection,
  hits: readonly Hit[],
  pathsMax = Number.POSITIVE_INFINITY,
): AsyncGenerator<ListedCommit[]> {
  for (let start = 0; start < hits.length; start += WIDE_BATCH) {
    const batch = hits.slice(start, start + WIDE_BATCH);
    const paths = await readPathsById(
      server,
      collection,
      batch.map(({_id}) => _id!),
    );
    yield batch.map(({_id, _source}) => {
      const all = paths.get(_id!) ?? [];
      return {...fromCommitFacts(_source!), paths: all.slice(0, pathsMax), pathsTotal: all.length};
    });
  }
}

function toLogQuery({history, path}: CommitFilter): QueryClause {
  const filter = [bitmapFilter(history)];
  if (path) {
    const term = pathTerm(path);
    filter.push({bool: {should: [{term: {paths: term}}, {term: {dirs: term}}]}});
  }
  return {bool: {filter}};
}

export async function findCommits(
  server: Server,
  collection: Collection,
  {repo, prefix, limit}: {repo: string; prefix: string; limit: number},
): Promise<string[]> {
  const oids: string[] = [];
  const pages = searchPages(server, collection, {
    query: {bool: {filter: [{term: {repo}}, {prefix: {oid: prefix}}]}},
    sort: [{oid: 'asc'}],
    limit,
    pageSize: PAGE_MAX,
    body: termsOnly(['oid']),
  });
  for await (const {hits} of pages) oids.push(...hits.map(({fields}) => String(fields?.oid?.[0])));
  return oids;
}
