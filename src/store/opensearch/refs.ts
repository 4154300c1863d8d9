import {isDeepStrictEqual} from 'node:util';
import type {RefRecord} from '../../domain/ref.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {RefStore, VersionedRef} from '../ports/refs.ts';
import type {Version} from '../ports/version.ts';
import {type BulkOutcome, writeBulk} from './bulk.ts';
import type {BulkOperation} from './bulk-part.ts';
import {type Collection, refreshCollections} from './collection-indexes.ts';
import {readDocuments} from './documents.ts';
import {listKept} from './kept-refs.ts';
import {type Hit, PAGE_MAX, type Page, searchPages} from './pages.ts';
import {comparePublished, publishRefs, type SkippedAlias} from './published-refs.ts';
import {
  fromRefDocument,
  fromRefSummary,
  fromRefTerms,
  fromVersion,
  REF_BITMAPS,
  REF_FIELDS,
  refDocumentId,
  toRefDocument,
  toVersion,
} from './ref-documents.ts';
import {listRepositories} from './repository-records.ts';
import type {StoreContext} from './store-context.ts';
import {termsOnly} from './terms.ts';

/** A ref's two bitmaps may take 200 KB. */
const WHOLE_BATCH = 100;

/** `onSkippedAlias` is called for each ref that cannot be published. */
export function makeRefStore(
  {collections, write}: StoreContext,
  onSkippedAlias: ((skipped: SkippedAlias) => void) | undefined,
): RefStore {
  const {refs} = collections;
  /** Two repositories of one set may both have a branch `main`. */
  const aliasPrefix = async (repo: string) => {
    const own = (await listRepositories(collections)).find(({id}) => id === repo);
    return `${collections.files.name}@${own?.isShared ? `${own.name}@` : ''}`;
  };
  return {
    // The run that wrote a ref has refreshed: a refresh by each reader would wait for those of an import.
    listRefs: (repo) => listKept(refs, repo, () => listAllRefs(refs, repo)),
    readRefs: (repo, names) => readRefs(refs, repo, names),
    putRefs: (batch) => write((to) => putRefs(to.refs, batch)),
    deleteRefs: (repo, batch) => write((to) => deleteRefs(to.refs, {repo, refs: batch})),
    async publishRefs(published, repo) {
      const prefix = await aliasPrefix(repo);
      const skipped = await write(({files}) => publishRefs(files, {refs: published, repo, prefix}));
      for (const skip of skipped) onSkippedAlias?.(skip);
    },
    async comparePublished(published, repo) {
      const prefix = await aliasPrefix(repo);
      return write(({files}) => comparePublished(files, {refs: published, repo, prefix}));
    },
  };
}

async function listAllRefs(collection: Collection, repo: string): Promise<VersionedRef[]> {
  const refs: VersionedRef[] = [];
  for await (const {hits} of searchRefs(collection, {repo, body: termsOnly(REF_FIELDS)})) {
    for (const hit of hits) {
      const summary = fromRefTerms(hit.fields ?? {});
      if (!summary) return listLongRefs(collection, repo);
      refs.push({...summary, version: versionOf(hit)});
    }
  }
  return refs;
}

/** The same from the documents: slower, but some ref has a name or a reason too long for a term. */
async function listLongRefs(collection: Collection, repo: string): Promise<VersionedRef[]> {
  const refs: VersionedRef[] = [];
  for await (const {hits} of searchRefs(collection, {
    repo,
    body: {_source: {excludes: REF_BITMAPS}},
  })) {
    refs.push(...hits.map((hit) => ({...fromRefSummary(hit._source!), version: versionOf(hit)})));
  }
  return refs;
}

function searchRefs(
  collection: Collection,
  {repo, body}: {repo: string; body: object},
): AsyncGenerator<Page> {
  return searchPages(collection, {
    query: {bool: {filter: [{term: {type: 'ref'}}, {term: {repo}}]}},
    sort: [{name: 'asc'}],
    pageSize: PAGE_MAX,
    body: {...body, seq_no_primary_term: true},
  });
}

function versionOf({_seq_no: seqNo, _primary_term: primaryTerm}: Hit): Version {
  return toVersion({seqNo, primaryTerm});
}

async function readRefs(
  collection: Collection,
  repo: string,
  names: readonly string[],
): Promise<Map<string, RefRecord>> {
  const ids = names.map((name) => refDocumentId(repo, name));
  const refs = new Map<string, RefRecord>();
  for await (const documents of readDocuments(collection, ids, {
    members: true,
    batchSize: WHOLE_BATCH,
  })) {
    for (const {source} of documents) {
      const ref = fromRefDocument(source);
      refs.set(ref.name, ref);
    }
  }
  return refs;
}

/** Returns the names of refs that another run wrote first. */
async function putRefs(
  collection: Collection,
  refs: readonly {readonly record: RefRecord; readonly expected: Version | undefined}[],
): Promise<string[]> {
  const operations = refs.map(({record, expected}) => ({
    id: refDocumentId(record.repo, record.name),
    action: expected === undefined ? ('create' as const) : ('index' as const),
    expected: expected === undefined ? undefined : fromVersion(expected),
    get source() {
      return toRefDocument(record);
    },
  }));
  const outcomes = await writeRefs(collection, operations);
  const losers: string[] = [];
  for (const [at, outcome] of outcomes.entries()) {
    const {record} = refs[at]!;
    if (outcome.kind === 'refused') throw refused(record, outcome.reason);
    if (outcome.kind === 'written') continue;
    if (outcome.isDoubtful && (await isStored(collection, record))) continue;
    losers.push(record.name);
  }
  return losers;
}

/**
 * Listings see what was written afterwards. A write refreshes in the thread that writes: the pool for refreshes on
 * request may have one thread, and the one of a large import takes seconds there (seen: 9 s on two cores).
 */
async function writeRefs(
  collection: Collection,
  operations: readonly BulkOperation[],
): Promise<BulkOutcome[]> {
  const outcomes = await writeBulk(collection, operations, {isRefreshed: true});
  // After a conflict this run must see the other write; and a write without an answer may lack its refresh.
  if (outcomes.some(({kind}) => kind === 'conflict')) await refreshCollections(collection);
  return outcomes;
}

/** True if a write whose answer was lost has happened. */
async function isStored(collection: Collection, record: RefRecord): Promise<boolean> {
  const id = refDocumentId(record.repo, record.name);
  for await (const documents of readDocuments(collection, [id], {members: true, batchSize: 1})) {
    const wanted: unknown = JSON.parse(JSON.stringify(toRefDocument(record)));
    return isDeepStrictEqual(documents[0]?.source, wanted);
  }
  return false;
}

/** Returns the names of refs that another run has written in between. */
async function deleteRefs(
  collection: Collection,
  {repo, refs}: {repo: string; refs: readonly {readonly name: string; readonly expected: Version}[]},
): Promise<string[]> {
  const operations = refs.map(({name, expected}) => ({
    id: refDocumentId(repo, name),
    action: 'delete' as const,
    expected: fromVersion(expected),
  }));
  const outcomes = await writeRefs(collection, operations);
  const names = refs.map(({name}) => name).filter((_, at) => outcomes[at]!.kind === 'conflict');
  // A document that is gone already is a conflict to OpenSearch, and done to us.
  const left = await readRefs(collection, repo, names);
  return names.filter((name) => left.has(name));
}

function refused({name}: RefRecord, reason: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `OpenSearch refuses the ref ${name}: ${reason}`, {
    hint: 'See the log of OpenSearch.',
    data: {name, reason},
  });
}
