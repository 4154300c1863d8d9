import type {CodedOrdinals, Find} from './posting-code.ts';
import {eachTrigram, KEYS} from './trigram-keys.ts';

/** Trigrams of some runs: for each key that occurs, the ordinals of the runs that have it. */
export interface Segment {
  readonly runs: readonly number[];
  /** By key, ascending; their ordinals ascend, too. */
  readonly postings: Iterable<Posting>;
}

export interface Posting {
  readonly key: number;
  /** Places in the list of runs. */
  readonly ordinals: Uint32Array;
}

/** A segment in memory. */
export interface BuiltSegment extends Segment {
  readonly find: Find;
}

/** A number for each key. */
interface Tables {
  /** The last run that has it, by ordinal + 1. */
  readonly lastRuns: Uint32Array;
  readonly counts: Uint32Array;
}

/** Zeros, for the next builder: 16 MB of new memory would cost more than the trigrams of a small repository. */
let spare: Tables | undefined;

function takeTables(): Tables {
  const tables = spare ?? {lastRuns: new Uint32Array(KEYS), counts: new Uint32Array(KEYS)};
  spare = undefined;
  return tables;
}

/** Collects the trigrams of runs. */
export class SegmentBuilder {
  readonly #runs: number[] = [];
  readonly #tables = takeTables();
  readonly #lastRuns = this.#tables.lastRuns;
  readonly #counts = this.#tables.counts;
  /** Each key that occurs, once. */
  readonly #keys: number[] = [];
  /** The keys of each run, one after the other. */
  #pairs = new Uint32Array(65_536);
  readonly #ends: number[] = [];
  pairCount = 0;

  add(run: number, text: Uint8Array): void {
    this.#runs.push(run);
    const ordinal = this.#runs.length;
    eachTrigram(text, (key) => {
      if (this.#lastRuns[key] === ordinal) return;
      this.#lastRuns[key] = ordinal;
      if (this.#counts[key]!++ === 0) this.#keys.push(key);
      if (this.pairCount === this.#pairs.length) this.#grow();
      this.#pairs[this.pairCount++] = key;
    });
    this.#ends.push(this.pairCount);
  }

  #grow(): void {
    const grown = new Uint32Array(2 * this.#pairs.length);
    grown.set(this.#pairs);
    this.#pairs = grown;
  }

  /** The segment of all runs that were added, or undefined if there were none. Ends the builder's work. */
  build(): BuiltSegment | undefined {
    if (this.#runs.length === 0) return undefined;
    const pairs = this.#pairs.subarray(0, this.pairCount);
    const keys = Uint32Array.from(this.#keys).sort();
    const starts = new Uint32Array(keys.length + 1);
    // From here on, a key's count is the place for its next ordinal.
    for (const [at, key] of keys.entries()) {
      starts[at + 1] = starts[at]! + this.#counts[key]!;
      this.#counts[key] = starts[at]!;
    }
    const ordinals = new Uint32Array(pairs.length);
    let from = 0;
    for (const [ordinal, end] of this.#ends.entries()) {
      for (let at = from; at < end; at++) ordinals[this.#counts[pairs[at]!]!++] = ordinal;
      from = end;
    }
    this.#leaveTables(keys);
    return {
      runs: this.#runs,
      postings: postingsOf(keys, starts, ordinals),
      find: (key) => {
        const at = placeOf(keys, key);
        return at === undefined ? undefined : codedOf(ordinals.subarray(starts[at], starts[at + 1]));
      },
    };
  }

  #leaveTables(keys: Uint32Array): void {
    for (const key of keys) {
      this.#lastRuns[key] = 0;
      this.#counts[key] = 0;
    }
    spare = this.#tables;
  }
}

function codedOf(ordinals: Uint32Array): CodedOrdinals {
  return {count: ordinals.length, decode: () => ordinals};
}

/** Where the key is among ascending ones. */
function placeOf(keys: Uint32Array, key: number): number | undefined {
  let from = 0;
  let to = keys.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (keys[middle]! < key) from = middle + 1;
    else to = middle;
  }
  return keys[from] === key ? from : undefined;
}

function* postingsOf(keys: Uint32Array, starts: Uint32Array, ordinals: Uint32Array): Generator<Posting> {
  for (const [at, key] of keys.entries())
    yield {key, ordinals: ordinals.subarray(starts[at], starts[at + 1])};
}
