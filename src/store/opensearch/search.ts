import {Bitmap} from '../../domain/bitmap.ts';
import type {EntrySummary} from '../../domain/entry.ts';
import type {Facet, Facets} from '../../domain/facets.ts';
import type {EntryOrder} from '../../domain/query/query.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {EntryScope} from '../ports/entries.ts';
import type {
  ContentScan,
  FoundContent,
  SearchHit,
  SearchPort,
  SearchRequest,
  SearchResult,
} from '../ports/search.ts';
import type {Collection} from './collection-indexes.ts';
import {readDocuments} from './documents.ts';
import {entriesOf, seqOf} from './entries.ts';
import {ENTRY_FIELDS, mayHaveText} from './entry-documents.ts';
import {searchNatively} from './native/search-natively.ts';
import {type Aggregation, type Hit, PAGE_MAX, type PageRequest, searchPages} from './pages.ts';
import {toSearchQuery} from './search-query.ts';
import type {StoreContext} from './store-context.ts';
import {termsOnly} from './terms.ts';

/** Contents are read by this much at once: it is held twice for a moment, as bytes and as strings. */
const CONTENT_BATCH_BYTES = 16_000_000;

const FACETS = {
  languages: toFacet('language', 1000),
  extensions: toFacet('ext', 1000),
  directories: toFacet('dir', 10_000),
  notIndexed: toFacet('notIndexed', 1000),
};

function toFacet(field: string, size: number): object {
  return {terms: {field, size, order: [{_count: 'desc'}, {_key: 'asc'}]}};
}

function facetsOf(aggregations: Readonly<Record<string, Aggregation>>): Facets {
  const of = (name: keyof Facets): Facet =>
    (aggregations[name]?.buckets ?? []).map(({key, doc_count}) => ({value: key, count: doc_count}));
  return {
    languages: of('languages'),
    extensions: of('extensions').filter(({value}) => value !== ''),
    directories: of('directories'),
    notIndexed: of('notIndexed'),
  };
}

export function makeSearch({collections: {files}}: StoreContext): SearchPort {
  return {
    search: (request) => search(files, request),
    findSeqs: (wanted) => findSeqs(files, wanted),
    scanContents: (scan) => scanContents(files, scan),
    searchNatively: (request) => searchNatively(files, request),
  };
}

/** Finds and ranks by terms alone, then reads the contents of the best: their size is known by then. */
async function search(files: Collection, request: SearchRequest): Promise<SearchResult> {
  let total: number | undefined;
  let facets: Facets | undefined;
  const hits: SearchHit[] = [];
  let skipped = request.offset ?? 0;
  for await (const page of searchPages(files, toPageRequest(request))) {
    total ??= page.total;
    if (request.hasFacets) facets ??= facetsOf(page.aggregations);
    const found = page.hits.slice(skipped);
    skipped = Math.max(0, skipped - page.hits.length);
    hits.push(...(await hitsOf(files, {found, onContent: request.onContent})));
  }
  const counts = request.isByPath && hits.length > 0 ? await countVersions(files, request, hits) : undefined;
  const counted = counts
    ? hits.map((hit) => ({...hit, versionCount: counts.get(hit.entry.path) ?? 1}))
    : hits;
  return {total: total ?? 0, hits: counted, ...(facets && {facets})};
}

/** How many entries match at each of these paths. */
async function countVersions(
  files: Collection,
  request: SearchRequest,
  hits: readonly SearchHit[],
): Promise<Map<string, number>> {
  const paths = hits.map(({entry}) => entry.path);
  const {query, ...asked} = toPageRequest({...request, limit: 0, isByPath: false, hasFacets: false});
  const aggs = {versions: {terms: {field: 'path', include: paths, size: paths.length}}};
  const body = {_source: false, aggs};
  const counts = new Map<string, number>();
  const atThese = {bool: {must: [query], filter: [{terms: {path: paths}}]}};
  for await (const page of searchPages(files, {...asked, query: atThese, body})) {
    for (const {key, doc_count} of page.aggregations['versions']?.buckets ?? []) counts.set(key, doc_count);
  }
  return counts;
}

const ORDERS: Readonly<Record<EntryOrder, readonly object[]>> = {
  relevance: [{_score: 'desc'}, {path: 'asc'}],
  path: [{path: 'asc'}],
  size: [{size: 'asc'}, {path: 'asc'}],
  '-size': [{size: 'desc'}, {path: 'asc'}],
};

function toPageRequest(request: SearchRequest): PageRequest {
  const {expression, snapshot, limit, offset = 0, order = 'relevance', hasFacets, isByPath = false} = request;
  return {
    query: toSearchQuery(expression, snapshot),
    sort: [...ORDERS[order], {seq: isByPath ? 'desc' : 'asc'}],
    limit: limit === 0 ? 0 : offset + limit,
    pageSize: PAGE_MAX,
    isRanked: order === 'relevance',
    body: {
      track_total_hits: true,
      track_scores: true,
      _source: false,
      docvalue_fields: ENTRY_FIELDS,
      ...(hasFacets && {aggs: FACETS}),
      ...(isByPath && {collapse: {field: 'path'}}),
    },
    onBadQuery: (reason) =>
      new CtrError('QUERY', `the index cannot run this query: ${reason}`, {
        hint: 'Use fewer words or a shorter pattern.',
      }),
  };
}

async function hitsOf(
  files: Collection,
  {found, onContent}: {found: readonly Hit[]} & Pick<SearchRequest, 'onContent'>,
): Promise<SearchHit[]> {
  const bySeq = new Map(found.map((hit) => [seqOf(hit), hit]));
  const entries = await entriesOf(files, found);
  if (onContent) {
    const texts = entries.filter(mayHaveText);
    const byId = new Map(texts.map((entry) => [bySeq.get(entry.seq)!._id!, entry]));
    await tellContents(files, byId, onContent);
  }
  return entries.map((entry) => ({entry, score: bySeq.get(entry.seq)!._score ?? 0}));
}

async function findSeqs(
  files: Collection,
  {expression, snapshot}: Pick<SearchRequest, 'expression' | 'snapshot'>,
): Promise<Uint8Array> {
  const {query, onBadQuery} = toPageRequest({expression, snapshot, limit: 0});
  using seqs = Bitmap.of();
  const pages = searchPages(files, {
    query,
    sort: [{seq: 'asc'}],
    pageSize: PAGE_MAX,
    body: termsOnly(['seq']),
    onBadQuery,
  });
  for await (const {hits} of pages) for (const hit of hits) seqs.add(seqOf(hit));
  return seqs.serialize();
}

async function* scanContents(
  files: Collection,
  {expression, snapshot}: ContentScan,
): AsyncGenerator<FoundContent[]> {
  const request = {expression, snapshot, limit: Number.POSITIVE_INFINITY, order: 'path'} as const;
  const expectedMax = sizeOf(snapshot);
  for await (const {hits} of searchPages(files, {...toPageRequest(request), expectedMax})) {
    const bySeq = new Map(hits.map((hit) => [seqOf(hit), hit]));
    const entries = (await entriesOf(files, hits)).filter(mayHaveText);
    const byId = new Map(entries.map((entry) => [bySeq.get(entry.seq)!._id!, entry]));
    for (const ids of batchesByBytes(byId)) {
      const found: FoundContent[] = [];
      const batch = new Map(ids.map((id) => [id, byId.get(id)!]));
      await tellContents(files, batch, ({seq}, content) => found.push({seq, content}));
      yield found;
    }
  }
}

function sizeOf(scope: EntryScope): number | undefined {
  if (!(scope instanceof Uint8Array)) return undefined;
  using seqs = Bitmap.parse(scope);
  return seqs.size;
}

async function tellContents(
  files: Collection,
  byId: ReadonlyMap<string, EntrySummary>,
  onContent: NonNullable<SearchRequest['onContent']>,
): Promise<void> {
  for (const ids of batchesByBytes(byId)) {
    const bytes = ids.reduce((sum, id) => sum + byId.get(id)!.sizeBytes, 0);
    const options = {members: ['content'], batchSize: ids.length, bytes};
    for await (const documents of readDocuments(files, ids, options)) {
      for (const {id, source} of documents) {
        if (typeof source.content === 'string') onContent(byId.get(id)!, source.content);
      }
    }
  }
}

function batchesByBytes(wanted: ReadonlyMap<string, EntrySummary>): string[][] {
  const batches: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [id, entry] of wanted) {
    if (bytes + entry.sizeBytes > CONTENT_BATCH_BYTES || batches.at(-1)!.length >= 1000) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push(id);
    bytes += entry.sizeBytes;
  }
  return batches;
}
