import {CtrError} from '../../../../util/ctr-error.ts';
import type {Database} from '../../database.ts';
import {textsBehind} from '../pages.ts';
import {isStored, mergeSegments} from './merge-segments.ts';
import {SegmentBuilder} from './segment-builder.ts';
import {
  deleteSegment,
  type EncodedSegment,
  encodeSegment,
  insertSegment,
  lastCovered,
} from './segment-pages.ts';

/** So many new runs have no trigrams on disk: a push writes none, and a search makes theirs in some milliseconds. */
export const TAIL_MAX = 256;
/** Segments of fewer runs, made while batches follow each other, would soon be merged. */
export const TAIL_LONG = 8192;
/** A segment of more is not made; 300 pairs a run are usual. */
const PAIRS_MAX = 4_000_000;
/** So many segments of about one size become one. Larger ones than the last size stay: merging costs as much as making. */
const SEGMENTS_MAX = 8;
const LAST_SIZE = 32_768;

/** A segment that is to be stored, in the place of others. Plain data: it may be sent to another thread. */
export interface NewSegment extends EncodedSegment {
  /** Ids of segments. */
  readonly replaces: readonly number[];
}

/**
 * The segment that is due next, or undefined: of new runs, if there are more than `tailMax`; else one in the place of
 * several small ones, so that there are never many, and each run takes part in a few merges. Only reads.
 */
export function nextSegment(db: Database, tailMax = TAIL_MAX): NewSegment | undefined {
  return db.snapshot(() => segmentOfTail(db, tailMax) ?? segmentOfSmall(db));
}

function segmentOfTail(db: Database, tailMax: number): NewSegment | undefined {
  if (!isTailLonger(db, tailMax)) return undefined;
  const builder = new SegmentBuilder();
  try {
    for (const [run, {withOverlap}] of textsBehind(db, lastCovered(db))) {
      if (isStored(db, run)) builder.add(run, withOverlap);
      if (builder.pairCount >= PAIRS_MAX) break;
    }
  } catch {
    // A page cannot be read: runs from there on stay in the tail, and a search for them says so.
  }
  const segment = builder.build();
  return segment && {...encodeSegment(segment), replaces: []};
}

export function isTailLonger(db: Database, tailMax: number): boolean {
  return runsBehind(db, lastCovered(db), tailMax + 1).length > tailMax;
}

/** Runs that are stored behind this one, ascending. */
export function runsBehind(db: Database, run: number, limit: number): number[] {
  const rows = db.all(
    'SELECT id FROM blocks WHERE id > ? AND children IS NULL ORDER BY id LIMIT ?',
    run,
    limit,
  );
  return rows.map(({id}) => Number(id));
}

function segmentOfSmall(db: Database): NewSegment | undefined {
  const replaces = findMergeable(db);
  if (!replaces) return undefined;
  try {
    return {...encodeSegment(mergeSegments(db, replaces)), replaces};
  } catch (error) {
    // `verify` finds it.
    if (error instanceof CtrError && error.code === 'INDEX_CORRUPT') return undefined;
    throw error;
  }
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

/** Belongs into a transaction. False, and nothing is done, if what the segment was made of has changed since. */
export function putSegment(db: Database, {replaces, ...segment}: NewSegment): boolean {
  const isThere = (id: number) => db.get('SELECT 1 FROM trigram_segments WHERE id = ?', id) !== undefined;
  const isNew = replaces.length > 0 ? replaces.every(isThere) : segment.runs[0]! > lastCovered(db);
  if (!isNew || !segment.runs.every((run) => isStored(db, run))) return false;
  if (segment.runs.length > 0) insertSegment(db, segment);
  for (const id of replaces) deleteSegment(db, id);
  return true;
}
