import type {RefRecord} from '../domain/ref.ts';
import type {Reader} from './open-reader.ts';

const REFS_PER_READ = 50;

/**
 * The refs that lead to a commit, whole, at most `limit` of them: HEAD's branch first, then branches, tags and
 * others by name. One request for the names and one per 50.
 */
export async function* readLiveRefs(
  {store, repository}: Reader,
  {limit}: {limit: number},
): AsyncGenerator<RefRecord> {
  const order = ['branch', 'tag', 'other'];
  const rank = ({name, kind}: {name: string; kind: string}) =>
    name === repository.head ? -1 : order.indexOf(kind);
  const live = (await store.listRefs(repository.id)).filter(({state}) => state === 'live');
  const names = live
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, limit)
    .map(({name}) => name);
  for (let at = 0; at < names.length; at += REFS_PER_READ) {
    const batch = names.slice(at, at + REFS_PER_READ);
    const records = await store.readRefs(repository.id, batch);
    for (const name of batch) {
      const record = records.get(name);
      if (record?.state === 'live') yield record;
    }
  }
}
