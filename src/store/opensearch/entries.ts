import {serializeBitmap} from '../../domain/bitmap.ts';
import {documentId} from '../../domain/document-id.ts';
import type {Entry, EntrySummary} from '../../domain/entry.ts';
import type {EntryFilter, EntryStore, RefusedDocument} from '../ports/entries.ts';
import {bitmapFilter, type QueryClause, scopeFilter} from './bitmap-filter.ts';
import type {Collection} from './collection-indexes.ts';
import {deleteDocuments} from './delete-documents.ts';
import {
  ENTRY_FIELDS,
  ENTRY_SOURCE,
  fromEntryDocument,
  fromEntryTerms,
  pathTerm,
  toStoredEntry,
} from './entry-documents.ts';
import {putNumbered, readSeqs} from './numbered-documents.ts';
import {type Hit, PAGE_MAX, searchPages} from './pages.ts';
import type {StoreContext} from './store-context.ts';
import {termsOnly} from './terms.ts';

export function makeEntryStore({collections: {files}, write, tallies}: StoreContext): EntryStore {
  async function put(entries: readonly Entry[], options: {isReplacing: boolean}): Promise<RefusedDocument[]> {
    tallies.add(entries[0]?.repo);
    return write((to) => putEntries(to.files, entries, options));
  }
  return {
    writeConcurrency: 2,
    scanEntries: (filter) => entriesFitting(files, toFilterQuery(filter)),
    readEntry: (snapshot, path) => readEntry(files, {snapshot, path}),
    readEntrySeqs: (ids) => readSeqs(files, ids),
    findEntries(repo, by) {
      const wanted = 'path' in by ? atOrBelow(by.path) : {terms: {oid: by.oids}};
      return entriesFitting(files, {bool: {filter: [{term: {repo}}, wanted]}});
    },
    putEntries: (entries) => put(entries, {isReplacing: false}),
    replaceEntries: (entries) => put(entries, {isReplacing: true}),
    deleteEntries: (repo, seqs) =>
      write(async (to) => {
        await tallies.takeBack(to, [repo]);
        return deleteDocuments(to.files, {bool: {filter: [bitmapFilter(seqs), {term: {repo}}]}});
      }),
  };
}

export async function putEntries(
  files: Collection,
  entries: readonly Entry[],
  {isReplacing}: {isReplacing: boolean},
): Promise<RefusedDocument[]> {
  const documents = entries.map((entry) => ({
    id: entry.id,
    seq: entry.seq,
    toSource: () => toStoredEntry(entry),
  }));
  const outcomes = await putNumbered(files, documents, {isReplacing, what: 'entries'});
  return outcomes.flatMap((outcome, at) =>
    outcome.kind === 'refused' ? [{id: entries[at]!.id, reason: outcome.reason}] : [],
  );
}

function atOrBelow(path: string): QueryClause {
  return {bool: {should: [{term: {pathHash: documentId(path)}}, {term: {dirs: pathTerm(path)}}]}};
}

async function* entriesFitting(files: Collection, query: QueryClause): AsyncGenerator<EntrySummary[]> {
  const pages = searchPages(files, {
    query,
    sort: [{seq: 'asc'}],
    pageSize: PAGE_MAX,
    body: termsOnly(ENTRY_FIELDS),
  });
  for await (const {hits} of pages) {
    if (hits.length > 0) yield await entriesOf(files, hits);
  }
}

/** Of a hostile tree that has the path twice, the entry that was numbered first. */
async function readEntry(
  files: Collection,
  filter: EntryFilter & {readonly path: string},
): Promise<(EntrySummary & {content?: string}) | undefined> {
  const pages = searchPages(files, {
    query: toFilterQuery(filter),
    sort: [{seq: 'asc'}],
    limit: 1,
    pageSize: 1,
    body: {_source: [...ENTRY_SOURCE, 'content']},
  });
  for await (const {hits} of pages) {
    if (hits[0]?._source) return fromEntryDocument(hits[0]._source);
  }
  return undefined;
}

function toFilterQuery({snapshot, path, under}: EntryFilter): QueryClause {
  const filter = [scopeFilter(snapshot)];
  if (path !== undefined) filter.push({term: {pathHash: documentId(path)}});
  if (under) filter.push({term: {dirs: pathTerm(under)}});
  return {bool: {filter}};
}

/** The entries of these hits, from their terms; the few that are too long for that, from their documents. */
export async function entriesOf(files: Collection, hits: readonly Hit[]): Promise<EntrySummary[]> {
  const seqs = hits.map(seqOf);
  const entries = hits.map(({fields}) => fromEntryTerms(fields ?? {}));
  const unknown = seqs.filter((_, at) => entries[at] === undefined);
  const long = await readBySeq(files, unknown);
  return seqs.flatMap((seq, at) => entries[at] ?? long.get(seq) ?? []);
}

async function readBySeq(files: Collection, seqs: readonly number[]): Promise<Map<number, EntrySummary>> {
  const entries = new Map<number, EntrySummary>();
  if (seqs.length === 0) return entries;
  const pages = searchPages(files, {
    query: bitmapFilter(serializeBitmap(seqs)),
    sort: [{seq: 'asc'}],
    pageSize: 100,
    body: {_source: ENTRY_SOURCE},
  });
  for await (const {hits} of pages) {
    for (const {_source} of hits) {
      const entry = fromEntryDocument(_source!);
      entries.set(entry.seq, entry);
    }
  }
  return entries;
}

export function seqOf({fields}: Hit): number {
  return Number(fields?.seq?.[0]);
}
