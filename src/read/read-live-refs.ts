import {LRUCache} from 'lru-cache';
import type {RefRecord} from '../domain/ref.ts';
import type {IndexReader} from '../store/ports/index-store.ts';
import type {VersionedRef} from '../store/ports/refs.ts';
import {scanLiveRefs} from '../store/scan-live-refs.ts';
import type {Reader} from './open-reader.ts';

const REFS_PER_READ = 50;
const KEPT_MAX_BYTES = 16 * 1024 * 1024;

/** Refs by name and version, as long as their store is open: many questions are about all of them. */
const kept = new WeakMap<IndexReader, LRUCache<string, RefRecord>>();

/**
 * The refs that lead to a commit, whole, at most `limit` of them, as `scanLiveRefs` sorts them. Only those that have
 * moved since they were last asked for are read, 50 per request.
 */
export function readLiveRefs(
  {store, repository: {id: repo, head}}: Reader,
  {limit}: {limit: number},
): AsyncGenerator<RefRecord> {
  const readRecords = (refs: readonly VersionedRef[]) => readKept(store, repo, refs);
  return scanLiveRefs(store, {repo, head, limit, refsPerRead: REFS_PER_READ, readRecords});
}

/** True if a ref leads to a commit: without one there is nothing to read. */
export async function hasLiveRefs(reader: Reader): Promise<boolean> {
  for await (const _ref of readLiveRefs(reader, {limit: 1})) return true;
  return false;
}

async function readKept(
  store: IndexReader,
  repo: string,
  refs: readonly VersionedRef[],
): Promise<RefRecord[]> {
  const cache =
    kept.get(store) ?? new LRUCache<string, RefRecord>({maxSize: KEPT_MAX_BYTES, sizeCalculation: bytesOf});
  kept.set(store, cache);
  const keyOf = ({name, version}: VersionedRef) => [repo, name, version].join('\0');
  const known = new Map(refs.map((ref) => [ref.name, cache.get(keyOf(ref))]));
  const unknown = refs.filter(({name}) => known.get(name) === undefined);
  const names = unknown.map(({name}) => name);
  const read = names.length === 0 ? new Map<string, RefRecord>() : await store.readRefs(repo, names);
  for (const ref of unknown) {
    const record = read.get(ref.name);
    known.set(ref.name, record);
    if (record) cache.set(keyOf(ref), record);
  }
  return [...known.values()].filter((record) => record !== undefined);
}

function bytesOf({snapshot, history}: RefRecord): number {
  return snapshot.length + history.length + 500;
}
