import {CtrError} from '../../../../util/ctr-error.ts';
import type {Database} from '../../database.ts';
import type {Posting, Segment} from './segment-builder.ts';
import {
  deleteSegment,
  listSegments,
  readPostings,
  type StoredSegment,
  writeSegment,
} from './segment-pages.ts';

/** So many segments of about one size become one. Larger ones than the last size stay: merging costs as much as making. */
const SEGMENTS_MAX = 8;
const LAST_SIZE = 32_768;

/** Merges small segments, so that there are never many: each run takes part in a few merges. */
export function mergeSegments(db: Database): void {
  for (let ids = findMergeable(db); ids; ids = findMergeable(db)) rewriteSegments(db, ids, isDead(db));
}

function findMergeable(db: Database): number[] | undefined {
  const tiers = new Map<number, number[]>();
  for (const {id, size} of db.all('SELECT id, size FROM trigram_segments ORDER BY id')) {
    if (Number(size) >= LAST_SIZE) continue;
    const tier = Math.floor(Math.log(Math.max(1, Number(size))) / Math.log(SEGMENTS_MAX));
    tiers.set(tier, [...(tiers.get(tier) ?? []), Number(id)]);
  }
  return [...tiers.values()].find((ids) => ids.length >= SEGMENTS_MAX);
}

/** No segment has such runs afterwards, nor dead ones. A segment that cannot be read is gone. */
export function purgeSegments(db: Database, isGone: (run: number) => boolean = () => false): void {
  const isDeadRun = isDead(db);
  const isUnwanted = (run: number) => isGone(run) || isDeadRun(run);
  for (const segment of listSegments(db)) {
    if (!segment.runs.some(isUnwanted)) continue;
    try {
      rewriteSegments(db, [segment.id], isUnwanted);
    } catch (error) {
      if (!(error instanceof CtrError && error.code === 'INDEX_CORRUPT')) throw error;
      deleteSegment(db, segment.id);
    }
  }
}

function isDead(db: Database): (run: number) => boolean {
  return (run) => db.get('SELECT 1 FROM blocks WHERE id = ?', run) === undefined;
}

/** One segment takes the place of several. Some runs are left out. */
function rewriteSegments(db: Database, ids: readonly number[], isGone: (run: number) => boolean): void {
  const segments = listSegments(db).filter(({id}) => ids.includes(id));
  const merged = mergeOf(db, segments, isGone);
  if (merged.runs.length > 0) writeSegment(db, merged);
  for (const id of ids) deleteSegment(db, id);
}

function mergeOf(
  db: Database,
  segments: readonly StoredSegment[],
  isGone: (run: number) => boolean,
): Segment {
  const runs: number[] = [];
  const sources = segments.map((segment) => {
    const places = segment.runs.map((run) => (isGone(run) ? -1 : runs.push(run) - 1));
    return {postings: readPostings(db, segment), places};
  });
  return {runs, postings: mergePostings(sources)};
}

interface Source {
  readonly postings: Generator<Posting>;
  /** For each place in its own list of runs, that in the merged one; -1 for runs that are left out. */
  readonly places: Int32Array;
}

function* mergePostings(sources: readonly Source[]): Generator<Posting> {
  const heads = sources.map(({postings}) => nextOf(postings));
  for (;;) {
    const key = Math.min(...heads.map((head) => head?.key ?? Number.POSITIVE_INFINITY));
    if (key === Number.POSITIVE_INFINITY) return;
    const ordinals: number[] = [];
    for (const [at, head] of heads.entries()) {
      if (head?.key !== key) continue;
      const {places, postings} = sources[at]!;
      for (const place of head.ordinals) if (places[place]! >= 0) ordinals.push(places[place]!);
      heads[at] = nextOf(postings);
    }
    if (ordinals.length > 0) yield {key, ordinals: Uint32Array.from(ordinals)};
  }
}

function nextOf(postings: Generator<Posting>): Posting | undefined {
  const {done, value} = postings.next();
  return done ? undefined : value;
}
