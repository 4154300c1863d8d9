import type {RefRecord} from '../domain/ref.ts';
import type {IndexStore, Version} from '../store/index-store.ts';
import {WeightedCache} from '../util/weighted-cache.ts';
import type {Reader} from './open-reader.ts';

const REFS_PER_READ = 50;
const KEPT_MAX_BYTES = 16 * 1024 * 1024;

/** Refs by name and version, as long as their store is open: many questions are about all of them. */
const kept = new WeakMap<IndexStore, WeightedCache<RefRecord>>();

/**
 * The refs that lead to a commit, whole, at most `limit` of them: HEAD's branch first, then branches, tags and
 * others by name. One request for the names, and one per 50 that have moved since they were last asked for.
 */
export async function* readLiveRefs(
  {store, repository}: Reader,
  {limit}: {limit: number},
): AsyncGenerator<RefRecord> {
  const order = ['branch', 'tag', 'other'];
  const rank = ({name, kind}: {name: string; kind: string}) =>
    name === repository.head ? -1 : order.indexOf(kind);
  const live = (await store.listRefs(repository.id)).filter(({state}) => state === 'live');
  const wanted = live.sort((a, b) => rank(a) - rank(b)).slice(0, limit);
  for (let at = 0; at < wanted.length; at += REFS_PER_READ) {
    const records = await readRecords(store, repository.id, wanted.slice(at, at + REFS_PER_READ));
    for (const record of records) if (record?.state === 'live') yield record;
  }
}

async function readRecords(
  store: IndexStore,
  repo: string,
  refs: readonly {readonly name: string; readonly version: Version}[],
): Promise<(RefRecord | undefined)[]> {
  const cache = kept.get(store) ?? new WeightedCache<RefRecord>(KEPT_MAX_BYTES);
  kept.set(store, cache);
  const keyOf = ({name, version}: {name: string; version: Version}) => [repo, name, version].join('\0');
  const known = new Map(refs.map((ref) => [ref.name, cache.get(keyOf(ref))]));
  const unknown = refs.filter(({name}) => known.get(name) === undefined);
  if (unknown.length === 0) return [...known.values()];
  const read = await store.readRefs(
    repo,
    unknown.map(({name}) => name),
  );
  for (const ref of unknown) {
    const record = read.get(ref.name);
    known.set(ref.name, record);
    if (record) cache.set(keyOf(ref), record, record.snapshot.length + record.history.length + 500);
  }
  return [...known.values()];
}
