import type {Database} from '../../database.ts';
import {textsOf} from '../text-reader.ts';
import {runsBehind} from './next-segment.ts';
import type {Find} from './posting-code.ts';
import {SegmentBuilder} from './segment-builder.ts';
import {lastCovered} from './segment-pages.ts';

/** The trigrams of so many runs are made; more are a tail only while an import writes, or after it was killed. */
const INDEXED_MAX = 4096;

/** The runs whose trigrams are not stored yet. */
export interface Tail {
  readonly runs: readonly number[];
  /** Absent where it cannot be told which have a key. */
  readonly find?: Find;
}

const tails = new WeakMap<Database, Tail & {readonly version: string}>();

/** The tail as the file has it now; made once for each state of the file. */
export function tailOf(db: Database): Tail {
  const version = db.version();
  const known = tails.get(db);
  if (known?.version === version) return known;
  const tail = {...makeTail(db), version};
  tails.set(db, tail);
  return tail;
}

function makeTail(db: Database): Tail {
  const runs = runsBehind(db, lastCovered(db), Number.MAX_SAFE_INTEGER);
  if (runs.length > INDEXED_MAX) return {runs};
  if (runs.length === 0) return {runs, find: () => undefined};
  const texts = textsOf(db);
  const builder = new SegmentBuilder();
  try {
    for (const run of runs) builder.add(run, texts.runText(run).withOverlap);
  } catch {
    // A query for a run that cannot be read fails when it reads the text.
    return {runs};
  }
  return {runs, find: builder.build()!.find};
}
