import {CtrError} from '../../../../util/ctr-error.ts';
import type {Database} from '../../database.ts';
import {decodePage, readPage} from '../pages.ts';
import {isStored, mergeSegments} from './merge-segments.ts';
import {SegmentBuilder} from './segment-builder.ts';
import {deleteSegment, encodeSegment, insertSegment, lastCovered, listSegments} from './segment-pages.ts';

/** The trigrams of these runs, which were written again, are those of their texts. */
export function replaceTrigrams(db: Database, runs: ReadonlySet<number>): void {
  // Those behind it have none yet.
  const last = lastCovered(db);
  purgeSegments(db, (run) => runs.has(run));
  const builder = new SegmentBuilder();
  for (const run of [...runs].filter((id) => id <= last).sort((a, b) => a - b)) {
    const page = decodePage(readPage(db, run)!['zstd'] as Uint8Array);
    builder.add(run, page.get(run)!.withOverlap);
  }
  const segment = builder.build();
  if (segment) insertSegment(db, encodeSegment(segment));
}

/** No segment has runs afterwards that are not stored any more, or that are gone. A segment that cannot be read is gone. */
export function purgeSegments(db: Database, isGone: (run: number) => boolean = () => false): void {
  for (const {id, runs} of listSegments(db)) {
    if (runs.every((run) => isStored(db, run) && !isGone(run))) continue;
    try {
      const left = mergeSegments(db, [id], isGone);
      if (left.runs.length > 0) insertSegment(db, encodeSegment(left));
    } catch (error) {
      if (!(error instanceof CtrError && error.code === 'INDEX_CORRUPT')) throw error;
    }
    deleteSegment(db, id);
  }
}
