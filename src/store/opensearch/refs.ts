import {isDeepStrictEqual} from 'node:util';
import type {RefRecord, RefSummary} from '../../domain/ref.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {Version} from '../index-store.ts';
import {writeBulk} from './bulk.ts';
import {type Collection, refreshCollections} from './collections.ts';
import {readDocuments} from './documents.ts';
import {type Hit, PAGE_MAX, searchPages} from './pages.ts';
import {
  fromRefDocument,
  fromRefTerms,
  fromVersion,
  REF_FIELDS,
  refDocumentId,
  toRefDocument,
  toVersion,
} from './ref-documents.ts';
import type {Server} from './server.ts';

/** A ref's two bitmaps may take 200 KB. */
const WHOLE_BATCH = 100;

type ListedRef = RefSummary & {readonly version: Version};

export async function listRefs(server: Server, collection: Collection, repo: string): Promise<ListedRef[]> {
  // Writes do not refresh: they would wait for each other.
  await refreshCollections(server, collection.name);
  const refs: ListedRef[] = [];
  const pages = searchPages(server, collection, {
    query: {bool: {filter: [{term: {type: 'ref'}}, {term: {repo}}]}},
    sort: [{name: 'asc'}],
    pageSize: PAGE_MAX,
    body: {_source: false, docvalue_fields: REF_FIELDS, seq_no_primary_term: true},
  });
  for await (const {hits} of pages) refs.push(...(await refsOf(server, collection, hits)));
  return refs;
}

/** The refs of these hits, from their terms; the few that are too long for that, from their documents. */
async function refsOf(server: Server, collection: Collection, hits: readonly Hit[]): Promise<ListedRef[]> {
  const listed = new Map<string, ListedRef>();
  const long: string[] = [];
  for (const {_id, _seq_no: seqNo, _primary_term: primaryTerm, fields} of hits) {
    const summary = fromRefTerms(fields ?? {});
    if (summary) listed.set(_id, {...summary, version: toVersion({seqNo, primaryTerm})});
    else long.push(_id);
  }
  for await (const documents of readDocuments(server, collection, long, {members: true, batchSize: WHOLE_BATCH})) {
    for (const {id, source, ...version} of documents) {
      const {snapshot: _snapshot, history: _history, ...summary} = fromRefDocument(source);
      listed.set(id, {...summary, version: toVersion(version)});
    }
  }
  return hits.flatMap(({_id}) => listed.get(_id) ?? []);
}

export async function readRefs(
  server: Server,
  collection: Collection,
  repo: string,
  names: readonly string[],
): Promise<Map<string, RefRecord>> {
  const ids = names.map((name) => refDocumentId(repo, name));
  const refs = new Map<string, RefRecord>();
  for await (const documents of readDocuments(server, collection, ids, {members: true, batchSize: WHOLE_BATCH})) {
    for (const {source} of documents) {
      const ref = fromRefDocument(source);
      refs.set(ref.name, ref);
    }
  }
  return refs;
}

/** Returns the names of those that somebody else wrote first. */
export async function putRefs(
  server: Server,
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
  const outcomes = await writeBulk(server, collection.writer, operations);
  const losers: string[] = [];
  for (const [at, outcome] of outcomes.entries()) {
    const {record} = refs[at]!;
    if (outcome.kind === 'refused') throw refused(record, outcome.reason);
    if (outcome.kind === 'written') continue;
    if (outcome.isDoubtful && (await isStored(server, collection, record))) continue;
    losers.push(record.name);
  }
  return losers;
}

/** Whether a write whose answer was lost did happen. */
async function isStored(server: Server, collection: Collection, record: RefRecord): Promise<boolean> {
  const id = refDocumentId(record.repo, record.name);
  for await (const documents of readDocuments(server, collection, [id], {members: true, batchSize: 1})) {
    const wanted: unknown = JSON.parse(JSON.stringify(toRefDocument(record)));
    return isDeepStrictEqual(documents[0]?.source, wanted);
  }
  return false;
}

function refused({name}: RefRecord, reason: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `OpenSearch refuses the ref ${name}: ${reason}`, {
    hint: 'See the log of OpenSearch.',
    data: {name, reason},
  });
}
