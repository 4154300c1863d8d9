import type {RefRecord, RefSummary} from '../domain/ref.ts';
import {chunks} from '../util/chunks.ts';
import type {RefReader, VersionedRef} from './ports/refs.ts';

/** Two bitmaps each: some MB where trees are large. */
const REFS_PER_READ = 200;

export interface LiveRefsWanted {
  readonly repo: string;
  /** Full name of HEAD's branch. */
  readonly head: string | undefined;
  /** At most this many; absent: all. */
  readonly limit?: number | undefined;
  readonly refsPerRead?: number | undefined;
  /** Replaces `readRefs` of the store, for callers that cache records. */
  readonly readRecords?: ((refs: readonly VersionedRef[]) => Promise<Iterable<RefRecord>>) | undefined;
}

/**
 * The refs that show a commit, whole: HEAD's branch first, since it shows the most, then branches, tags and others
 * by name. One request for the names, and one for each 200 (`refsPerRead`) of them. A ref that is deleted during
 * the scan is omitted.
 */
export async function* scanLiveRefs(
  store: RefReader,
  {repo, head, limit, refsPerRead = REFS_PER_READ, readRecords}: LiveRefsWanted,
): AsyncGenerator<RefRecord> {
  const live = (await store.listRefs(repo)).filter(({state}) => state === 'live');
  const wanted = live.sort((a, b) => rank(a, head) - rank(b, head)).slice(0, limit);
  for (const refs of chunks(wanted, refsPerRead)) {
    const names = refs.map(({name}) => name);
    const records = readRecords ? await readRecords(refs) : (await store.readRefs(repo, names)).values();
    for (const record of records) if (record.state === 'live') yield record;
  }
}

const KINDS = ['branch', 'tag', 'other'];

function rank({name, kind}: RefSummary, head: string | undefined): number {
  return name === head ? -1 : KINDS.indexOf(kind);
}
