import type {Database} from '../../database.ts';
import type {Posting, Segment} from './segment-builder.ts';
import {listSegments, readPostings, type StoredSegment} from './segment-pages.ts';

/** One segment of several, without runs that are not stored any more, and those which `isGone` says. */
export function mergeSegments(
  db: Database,
  ids: readonly number[],
  isGone: (run: number) => boolean = () => false,
): Segment {
  const isLeft = (run: number) => isStored(db, run) && !isGone(run);
  return mergeOf(
    db,
    listSegments(db).filter(({id}) => ids.includes(id)),
    isLeft,
  );
}

export function isStored(db: Database, run: number): boolean {
  return db.get('SELECT 1 FROM blocks WHERE id = ?', run) !== undefined;
}

function mergeOf(
  db: Database,
  segments: readonly StoredSegment[],
  isLeft: (run: number) => boolean,
): Segment {
  const runs: number[] = [];
  const sources = segments.map((segment) => {
    const places = segment.runs.map((run) => (isLeft(run) ? runs.push(run) - 1 : -1));
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
