import {LRUCache} from 'lru-cache';
import {listRefs} from './list-refs.ts';
import type {Reader} from './open-reader.ts';
import {pageRefs, type RefsPage, type RefsWanted} from './page-refs.ts';

/** 100,000 commits. */
const KEPT_MAX_BYTES = 24 * 1024 * 1024;
const ONE_BYTES = 240;

/** By repository and oid, as long as the process lives: a commit never changes. */
const kept = new LRUCache<string, number>({maxSize: KEPT_MAX_BYTES, sizeCalculation: () => ONE_BYTES});

/**
 * One page of the refs. One request, and where dates matter one for each 5000 commits that have not been looked at lately.
 * @throws USAGE for an `after` that is none of this order.
 */
export async function browseRefs(reader: Reader, wanted: RefsWanted): Promise<RefsPage> {
  return pageRefs(await listRefs(reader), wanted, {
    head: reader.repository.head,
    timesOf(refs) {
      const oids = refs.flatMap(({commit}) => commit ?? []);
      return readCommitTimes(reader, oids);
    },
  });
}

/** When each of these commits was committed, in seconds since 1970; those that are not stored are left out. */
async function readCommitTimes(
  {store, repository: {id}}: Reader,
  oids: readonly string[],
): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  const unknown = new Set<string>();
  for (const oid of oids) {
    const known = kept.get(`${id} ${oid}`);
    if (known === undefined) unknown.add(oid);
    else times.set(oid, known);
  }
  const read = unknown.size === 0 ? new Map<string, number>() : await store.readCommitTimes(id, [...unknown]);
  for (const [oid, time] of read) {
    times.set(oid, time);
    kept.set(`${id} ${oid}`, time);
  }
  return times;
}
