import {hash} from 'node:crypto';
import {Bitmap, without} from '../../domain/bitmap.ts';

/** Stand-ins for unknown numbers begin here, above all real numbers, which end at 2^31-1. */
export const STAND_INS_FROM = 2 ** 31;

/**
 * Compares stored bitmaps with the sets that Git makes, although some numbers are unknown. A number is known when one
 * valid document has it, and no other document. An entry or commit without a known number has a stand-in in the set
 * that Git makes. The stored bitmap must have the same known numbers, and as many unknown ones as Git's set has
 * stand-ins.
 *
 * Remembers in which bitmaps each unknown number and each stand-in was. The two that were always together belong
 * together: this tells which damaged document is which file (`pairs`).
 */
export class KnownNumbers {
  readonly #known: Bitmap;
  /** XOR of one random word for each bitmap that the member was in (Zobrist hashing). */
  readonly #presences = new Map<number, bigint>();
  #bitmapCount = 0;

  /** `known` stays the caller's. */
  constructor(known: Bitmap) {
    this.#known = known;
  }

  /** True when all numbers of the set are known. */
  hasAll(set: Bitmap): boolean {
    return this.#countUnknown(set) === 0;
  }

  agrees(stored: Bitmap, expected: Bitmap): boolean {
    if (stored.equals(expected)) return true;
    using nothing = Bitmap.of();
    if (!this.leadsTo(expected, nothing, {added: stored, removed: nothing})) return false;
    using unknown = without(stored, this.#known);
    using standIns = without(expected, this.#known);
    this.#remember(unknown, standIns);
    return true;
  }

  /** The stored delta leads from one set of Git's to another, as far as numbers are known. */
  leadsTo(expected: Bitmap, from: Bitmap, {added, removed}: {added: Bitmap; removed: Bitmap}): boolean {
    using reached = without(from, removed);
    reached.addAll(added);
    reached.retainAll(this.#known);
    using expectedKnown = expected.clone();
    expectedKnown.retainAll(this.#known);
    const unknown = this.#countUnknown(from) - this.#countUnknown(removed) + this.#countUnknown(added);
    return reached.equals(expectedKnown) && unknown === this.#countUnknown(expected);
  }

  /** True when some bitmap that agrees has an unknown number for it. */
  hasSeen(standIn: number): boolean {
    return this.#presences.has(standIn);
  }

  /**
   * The number of each stand-in that was in the same bitmaps. Where several were always together they are paired in
   * ascending order, after those for which `own` says one of these numbers.
   */
  pairs(own: ReadonlyMap<number, number>): Map<number, number> {
    const pairs = new Map<number, number>();
    for (const members of this.#groups()) {
      const standIns = members.filter((member) => member >= STAND_INS_FROM);
      const numbers = new Set(members.filter((member) => member < STAND_INS_FROM));
      if (standIns.length !== numbers.size) continue;
      const rest = standIns.filter((standIn) => {
        const number = own.get(standIn);
        const isOwn = number !== undefined && numbers.delete(number);
        if (isOwn) pairs.set(standIn, number);
        return !isOwn;
      });
      const left = numbers.values();
      for (const standIn of rest) pairs.set(standIn, left.next().value!);
    }
    return pairs;
  }

  /** Members that were in the same bitmaps, ascending. */
  #groups(): Iterable<number[]> {
    const groups = new Map<bigint, number[]>();
    for (const [member, presence] of [...this.#presences].sort(([a], [b]) => a - b)) {
      const group = groups.get(presence);
      if (group) group.push(member);
      else groups.set(presence, [member]);
    }
    return groups.values();
  }

  #remember(...members: readonly Iterable<number>[]): void {
    const word = hash('sha256', String(this.#bitmapCount++), 'buffer').readBigUInt64LE();
    for (const some of members)
      for (const member of some) this.#presences.set(member, (this.#presences.get(member) ?? 0n) ^ word);
  }

  #countUnknown(set: Bitmap): number {
    using unknown = without(set, this.#known);
    return unknown.size;
  }
}

/** The bitmap; undefined where the bytes are none. */
export function tryParse(bytes: Uint8Array): Bitmap | undefined {
  try {
    return Bitmap.parse(bytes);
  } catch {
    return undefined;
  }
}
