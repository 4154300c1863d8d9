import assert from 'node:assert/strict';
import {isDeepStrictEqual} from 'node:util';
import type {CommitRecord} from '../../domain/commit.ts';
import type {Entry} from '../../domain/entry.ts';
import type {RefRecord} from '../../domain/ref.ts';
import type {AuditStore, StoredDocument} from '../ports/audit.ts';
import {bitmapFilter, type QueryClause} from './bitmap-filter.ts';
import {writeBulk} from './bulk.ts';
import {type Collection, type Collections, refreshCollections} from './collection-indexes.ts';
import {
  commitDocumentId,
  fromCommitDocument,
  toCommitDocument,
  withoutLastEntry,
} from './commit-documents.ts';
import {readDocuments} from './documents.ts';
import {toEntryDocument, withoutFiller} from './entry-documents.ts';
import type {Hit} from './pages.ts';
import {fromRefDocument, toRefDocument} from './ref-documents.ts';
import {listRepositories} from './repository-records.ts';
import {scrollDocuments} from './scroll.ts';
import type {Server} from './server.ts';
import type {StoreContext} from './store-context.ts';

const PAGE = 1000;
/** Keyframes and refs may take 100 KB each. */
const HEAVY_PAGE = 100;
/** Texts may take 2 MB each. */
const CONTENT_PAGE = 40;

type Source = Readonly<Record<string, unknown>>;

/** The audited members of a document, and their checks. */
interface Form<T> {
  readonly isNumbered: boolean;
  readonly parse: (source: Source, id: string) => T;
  readonly format: (record: T) => object;
}

const ENTRY_FORM: Form<Entry> = {isNumbered: true, parse: toEntry, format: toEntryDocument};
const COMMIT_FORM: Form<CommitRecord> = {
  isNumbered: true,
  parse: fromCommitDocument,
  format: (record) => withoutLastEntry(toCommitDocument(record)),
};
const REF_FORM: Form<RefRecord> = {isNumbered: false, parse: fromRefDocument, format: toRefDocument};

export function makeAuditStore({server, collections, write, tallies}: StoreContext): AuditStore {
  return {
    auditEntries: (repo, wanted) => auditEntries(server, collections, {...wanted, repo}),
    auditCommits: (repo, wanted) => auditCommits(server, collections, {...wanted, repo}),
    auditRefs: (repo) => auditRefs(server, collections, repo),
    deleteDocuments: (series, keys) =>
      write(async (to) => {
        const repositories = await listRepositories(server, to);
        await tallies.takeBack(
          to,
          repositories.map(({id}) => id),
        );
        await deleteByKey(server, series === 'entries' ? to.files : to[series], keys);
      }),
  };
}

async function* auditEntries(
  server: Server,
  collections: Collections,
  {repo, withContent, seqs}: {repo: string; withContent: boolean; seqs?: Uint8Array | undefined},
): AsyncGenerator<StoredDocument<Entry>[]> {
  const pages = scrollDocuments(server, collections.files, {
    query: await ownedBy(server, collections, repo, seqs ? [bitmapFilter(seqs)] : []),
    excludes: withContent ? [] : ['content'],
    pageSize: withContent ? CONTENT_PAGE : PAGE,
  });
  for await (const hits of pages)
    yield hits.map(({_source = {}, ...hit}) =>
      judgeHit({...hit, _source: withoutFiller(_source)}, ENTRY_FORM),
    );
}

async function* auditCommits(
  server: Server,
  collections: Collections,
  {repo, oids}: {repo: string; oids?: readonly string[] | undefined},
): AsyncGenerator<StoredDocument<CommitRecord>[]> {
  if (oids) {
    const ids = oids.map((oid) => commitDocumentId(repo, oid));
    const found = readDocuments(server, collections.commits, ids, {members: true, batchSize: HEAVY_PAGE});
    for await (const documents of found)
      yield documents.map(({id, source}) => judge(id, withoutLastEntry(source), COMMIT_FORM));
    return;
  }
  const query = await ownedBy(server, collections, repo);
  const pages = scrollDocuments(server, collections.commits, {query, pageSize: HEAVY_PAGE});
  for await (const hits of pages)
    yield hits.map(({_source = {}, ...hit}) =>
      judgeHit({...hit, _source: withoutLastEntry(_source)}, COMMIT_FORM),
    );
}

async function* auditRefs(
  server: Server,
  collections: Collections,
  repo: string,
): AsyncGenerator<StoredDocument<RefRecord>[]> {
  const isOther = {terms: {type: ['set', 'counter', 'lease', 'tally']}};
  const query = await ownedBy(server, collections, repo, [{bool: {must_not: [isOther]}}]);
  const pages = scrollDocuments(server, collections.refs, {query, pageSize: HEAVY_PAGE});
  for await (const hits of pages) yield hits.map((hit) => judgeHit(hit, REF_FORM));
}

async function deleteByKey(
  server: Server,
  {writer, name}: Collection,
  keys: readonly string[],
): Promise<void> {
  const operations = keys.map((id) => ({id, action: 'delete' as const}));
  await writeBulk(server, writer, operations);
  await refreshCollections(server, name);
}

/** A document belongs to the repository unless it names another repository of the set. */
async function ownedBy(
  server: Server,
  collections: Collections,
  repo: string,
  filter: readonly QueryClause[] = [],
): Promise<QueryClause> {
  const others = (await listRepositories(server, collections)).filter(({id}) => id !== repo);
  return {bool: {filter, must_not: [{terms: {repo: others.map(({id}) => id)}}]}};
}

function judgeHit<T>({_id, _source}: Hit, form: Form<T>): StoredDocument<T> {
  return judge(_id!, _source ?? {}, form);
}

/** A document is sound if it is what its own record would be stored as. */
function judge<T>(id: string, source: Source, {isNumbered, parse, format}: Form<T>): StoredDocument<T> {
  const seq = Number.isInteger(source.seq) ? (source.seq as number) : undefined;
  try {
    const record = parse(source, id);
    const wanted: unknown = JSON.parse(JSON.stringify(format(record)));
    const isWhole = isDeepStrictEqual(wanted, source) && (seq !== undefined || !isNumbered);
    const defect = isWhole ? undefined : 'its fields do not fit together';
    return {key: id, id, seq, record, defect};
  } catch {
    // A tampered document can make our own code fail in any way.
    return {key: id, id, seq, defect: 'it cannot be read'};
  }
}

/** The entry whose document this is, as far as it goes. */
function toEntry(source: Source, id: string): Entry {
  const {
    size,
    pathHash: _a,
    name: _b,
    ext: _c,
    dir: _d,
    dirs: _e,
    frontMatterFields: _f,
    isLong: _g,
    ...rest
  } = source;
  assert(typeof rest['introducedBy'] === 'string');
  return {frontMatter: [], ...rest, id, sizeBytes: size} as unknown as Entry;
}
