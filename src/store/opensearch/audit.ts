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
import {fromRefDocument, toRefDocument} from './ref-documents.ts';
import {listRepositories} from './repository-records.ts';
import {scrollDocuments} from './scroll.ts';
import type {StoreContext} from './store-context.ts';
import {without} from './terms.ts';

const PAGE = 1000;
/** Keyframes and refs may take 100 KB each. */
const HEAVY_PAGE = 100;
/** Texts may take 2 MB each. */
const CONTENT_PAGE = 40;

type Source = Readonly<Record<string, unknown>>;

/** How a document is read and judged. */
interface Form<T> {
  readonly isNumbered: boolean;
  /** Leaves out what says nothing of the record. */
  readonly clean: (source: Source) => Source;
  readonly parse: (source: Source, id: string) => T;
  readonly format: (record: T) => object;
}

const ENTRY_FORM: Form<Entry> = {
  isNumbered: true,
  clean: withoutFiller,
  parse: toEntry,
  format: toEntryDocument,
};
const COMMIT_FORM: Form<CommitRecord> = {
  isNumbered: true,
  clean: withoutLastEntry,
  parse: fromCommitDocument,
  format: (record) => withoutLastEntry(toCommitDocument(record)),
};
const REF_FORM: Form<RefRecord> = {
  isNumbered: false,
  clean: (source) => source,
  parse: fromRefDocument,
  format: toRefDocument,
};

/** Documents among the refs that are none. */
const OTHERS = {bool: {must_not: [{terms: {type: ['set', 'counter', 'lease', 'tally']}}]}};

export function makeAuditStore({collections, write, tallies}: StoreContext): AuditStore {
  async function* auditAll<T>(
    form: Form<T>,
    collection: Collection,
    {repo, filter = [], ...options}: Scope,
  ): AsyncGenerator<StoredDocument<T>[]> {
    const query = await ownedBy(collections, repo, filter);
    for await (const hits of scrollDocuments(collection, {query, ...options}))
      yield hits.map(({_id, _source = {}}) => judge(_id!, _source, form));
  }

  async function* auditCommits(repo: string, oids: readonly string[]) {
    const ids = oids.map((oid) => commitDocumentId(repo, oid));
    const found = readDocuments(collections.commits, ids, {members: true, batchSize: HEAVY_PAGE});
    for await (const documents of found)
      yield documents.map(({id, source}) => judge(id, source, COMMIT_FORM));
  }

  return {
    auditEntries: (repo, {withContent, seqs}) =>
      auditAll(ENTRY_FORM, collections.files, {
        repo,
        filter: seqs ? [bitmapFilter(seqs)] : [],
        excludes: withContent ? [] : ['content', 'headings'],
        pageSize: withContent ? CONTENT_PAGE : PAGE,
      }),
    auditCommits: (repo, {oids} = {}) =>
      oids
        ? auditCommits(repo, oids)
        : auditAll(COMMIT_FORM, collections.commits, {repo, pageSize: HEAVY_PAGE}),
    auditRefs: (repo) => auditAll(REF_FORM, collections.refs, {repo, filter: [OTHERS], pageSize: HEAVY_PAGE}),
    deleteDocuments: (series, keys) =>
      write(async (to) => {
        const repositories = await listRepositories(to);
        const repos = repositories.map(({id}) => id);
        await tallies.takeBack(to, repos);
        await deleteByKey(series === 'entries' ? to.files : to[series], keys);
      }),
  };
}

/** The documents of a collection that are audited. */
interface Scope {
  readonly repo: string;
  readonly filter?: readonly QueryClause[];
  readonly excludes?: readonly string[];
  readonly pageSize: number;
}

async function deleteByKey(collection: Collection, keys: readonly string[]): Promise<void> {
  const operations = keys.map((id) => ({id, action: 'delete' as const}));
  await writeBulk(collection, operations);
  await refreshCollections(collection);
}

/** A document belongs to the repository unless it names another repository of the set. */
async function ownedBy(
  collections: Collections,
  repo: string,
  filter: readonly QueryClause[],
): Promise<QueryClause> {
  const others = (await listRepositories(collections)).filter(({id}) => id !== repo);
  return {bool: {filter, must_not: [{terms: {repo: others.map(({id}) => id)}}]}};
}

/** A document is sound if it is what its own record would be stored as. */
function judge<T>(
  id: string,
  stored: Source,
  {isNumbered, clean, parse, format}: Form<T>,
): StoredDocument<T> {
  const source = clean(stored);
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

/** Members of an entry's document that follow from the others. */
const DERIVED = [
  'pathHash',
  'name',
  'usualPath',
  'usualName',
  'ext',
  'dir',
  'dirs',
  'frontMatterFields',
  'isLong',
];

/** The entry whose document this is, as far as it goes. */
function toEntry(source: Source, id: string): Entry {
  const {size, ...rest} = without(source, ...DERIVED);
  assert(typeof rest['introducedBy'] === 'string');
  return {frontMatter: [], ...rest, id, sizeBytes: size} as unknown as Entry;
}
