import {Bitmap, without} from '../../domain/bitmap.ts';
import {PresenceMatcher} from '../../domain/presence-matcher.ts';

/** Stands for a number that is not known: above all real ones, which end at 2^31-1. */
export const UNKNOWN_FROM = 2 ** 31;

/**
 * Compares sets of numbers although some numbers are not known: what should have them has stand-ins (from
 * UNKNOWN_FROM), and the stored sets hold numbers that nobody has (`free`). Learns on the way which is whose.
 */
export class SeqAgreement implements Disposable {
  readonly #free: Bitmap;
  readonly #unknown = Bitmap.of();
  readonly #matcher = new PresenceMatcher();

  /** Takes `free` over. */
  constructor(free: Bitmap) {
    this.#free = free;
  }

  addUnknown(standIn: number): void {
    this.#unknown.add(standIn);
  }

  /** Whether something is in the set whose number is not known. */
  hasUnknown(expected: Bitmap): boolean {
    if (this.#unknown.size === 0) return false;
    using known = without(expected, this.#unknown);
    return known.size < expected.size;
  }

  /** Whether a number is in the stored set that nobody has. */
  hasFree(stored: Bitmap): boolean {
    if (this.#free.size === 0) return false;
    using known = without(stored, this.#free);
    return known.size < stored.size;
  }

  /** Whether the stored set is the expected one, as far as numbers are known. */
  agrees(stored: Bitmap, expected: Bitmap): boolean {
    if (this.#unknown.size === 0 && this.#free.size === 0) return stored.equals(expected);
    using knownStored = without(stored, this.#free);
    using knownExpected = without(expected, this.#unknown);
    const isSame =
      knownStored.equals(knownExpected) &&
      stored.size - knownStored.size === expected.size - knownExpected.size;
    if (!isSame) return false;
    using nameless = without(stored, knownStored);
    using numberless = without(expected, knownExpected);
    this.#matcher.see(numberless, nameless);
    return true;
  }

  /** Whether the stored difference leads from one expected set to another, as far as numbers are known. */
  leadsTo(expected: Bitmap, from: Bitmap, {added, removed}: {added: Bitmap; removed: Bitmap}): boolean {
    using known = without(from, this.#unknown);
    using knownExpected = without(expected, this.#unknown);
    using knownAdded = without(added, this.#free);
    // What only the lost set showed is not free either: it is what `removed` has besides known numbers.
    using namelessRemoved = without(removed, known);
    using reached = without(known, removed);
    reached.addAll(knownAdded);
    const nameless = from.size - known.size - namelessRemoved.size + (added.size - knownAdded.size);
    return reached.equals(knownExpected) && nameless === expected.size - knownExpected.size;
  }

  /** The numbers of stand-ins, as far as the sets tell. */
  pairs(): Map<number, number> {
    return this.#matcher.pairs();
  }

  /** Whether a stored set that agrees has some number for it. */
  hasSeen(standIn: number): boolean {
    return this.#matcher.hasSeen(standIn);
  }

  [Symbol.dispose](): void {
    this.#free[Symbol.dispose]();
    this.#unknown[Symbol.dispose]();
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
