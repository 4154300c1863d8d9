import {LRUCache} from 'lru-cache';
import type {VersionedRef} from '../ports/refs.ts';
import type {Collection} from './collection-indexes.ts';
import type {Server} from './server.ts';
import {termsOnly} from './terms.ts';

/** Listing 22,000 refs takes most of a second, and finding out that none has changed 20 ms (measured). */
const KEPT_MIN = 1000;
const KEPT_MAX_BYTES = 32 * 1024 * 1024;
const REF_BYTES = 600;

interface KeptRefs {
  /** Undefined for a list that was read for the first time: most stores list once. */
  readonly mark: string | undefined;
  readonly refs: readonly VersionedRef[];
}

const keptByServer = new WeakMap<Server, LRUCache<string, KeptRefs>>();

/** The refs as `list` gives them. A long list is read again only when a ref was written or deleted since. */
export async function listKept(
  collection: Collection,
  repo: string,
  list: () => Promise<VersionedRef[]>,
): Promise<VersionedRef[]> {
  const kept =
    keptByServer.get(collection.server) ??
    new LRUCache<string, KeptRefs>({
      maxSize: KEPT_MAX_BYTES,
      sizeCalculation: ({refs}) => (1 + refs.length) * REF_BYTES,
    });
  keptByServer.set(collection.server, kept);
  const key = `${collection.name} ${repo}`;
  const known = kept.get(key);
  const mark = known && (await readMark(collection, repo));
  if (known && known.mark === mark) return [...known.refs];
  // What is written after the mark was read is in the list, too, and the next mark is another one.
  const refs = await list();
  if (known || refs.length >= KEPT_MIN) kept.set(key, {mark, refs: [...refs]});
  return refs;
}

/** Another one after each write and each deletion of a ref, and where the collection itself is another one. */
async function readMark({server, name}: Collection, repo: string): Promise<string> {
  const {body} = await server.send({
    method: 'POST',
    path: `/${name}/_search`,
    query: {allow_partial_search_results: false},
    body: {
      query: {bool: {filter: [{term: {type: 'ref'}}, {term: {repo}}]}},
      sort: [{_seq_no: 'desc'}],
      size: 1,
      track_total_hits: true,
      seq_no_primary_term: true,
      ...termsOnly(['name', 'commit', 'indexedAt.raw']),
    },
  });
  const {total, hits} = body.hits as {total: {value: number}; hits: Record<string, unknown>[]};
  const {_index, _seq_no, _primary_term, fields} = hits[0] ?? {};
  return JSON.stringify([total.value, _index, _seq_no, _primary_term, fields]);
}
