import {Bitmap} from '../domain/bitmap.ts';
import {findCommit} from './find-commit.ts';
import type {Reader} from './open-reader.ts';
import {readLiveRefs} from './read-live-refs.ts';

export interface Containing {
  /** Whole oid. */
  readonly commit: string;
  /** The refs, by full name, and the commit of each. HEAD's branch first, then branches, tags and others by name. */
  readonly places: readonly {readonly ref: string; readonly commit: string}[];
  /** False where there were more refs than were looked at. */
  readonly isComplete: boolean;
}

/**
 * Every ref whose history has the commit, as `git for-each-ref --contains`, of the first `refsMax` refs. `oid` may be
 * a unique prefix.
 * @throws UNKNOWN_REF if no ref has it
 */
export async function findContaining(
  reader: Reader,
  {oid, refsMax}: {oid: string; refsMax: number},
): Promise<Containing> {
  const {record} = await findCommit(reader, oid);
  const places: Containing['places'][number][] = [];
  let refsSeen = 0;
  for await (const {name, commit, history} of readLiveRefs(reader, {limit: refsMax + 1})) {
    if (++refsSeen > refsMax) break;
    using seqs = Bitmap.parse(history);
    if (seqs.has(record.seq)) places.push({ref: name, commit: commit!});
  }
  return {commit: record.oid, places, isComplete: refsSeen <= refsMax};
}
