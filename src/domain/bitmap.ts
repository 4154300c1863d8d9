import {RoaringBitmap32, roaringLibraryInitialize} from 'roaring-wasm';
import {corruptIndex} from './corrupt-index.ts';

await roaringLibraryInitialize();

/**
 * A set of seqs: the only file that uses the bitmap library. The memory of a set is outside the JavaScript heap, so its
 * creator must dispose of it (`using`). Serialized: roaring, portable 32-bit format, byte-identical to the output of the
 * Java, C and Go libraries.
 */
export class Bitmap implements Disposable, Iterable<number> {
  readonly #set: RoaringBitmap32;

  private constructor(set: RoaringBitmap32) {
    this.#set = set;
  }

  /** The set of these numbers, in any order. */
  static of(seqs: Iterable<number> = []): Bitmap {
    // The library wants them sorted: unsorted input to its bulk constructor is many times slower.
    const sorted = Uint32Array.from(seqs).sort();
    return new Bitmap(sorted.length === 0 ? new RoaringBitmap32() : new RoaringBitmap32(sorted));
  }

  /**
   * The set that `serialize` wrote.
   * @throws INDEX_CORRUPT on bytes that are not a bitmap. Zero bytes are not one either: the library would read them as
   *   the empty set, and a lost field would look like an empty one.
   */
  static parse(bytes: Uint8Array): Bitmap {
    if (bytes.length === 0) throw corruptIndex('a bitmap is empty');
    try {
      return new Bitmap(RoaringBitmap32.deserialize(bytes, 'portable'));
    } catch (cause) {
      throw corruptIndex(`${bytes.length} bytes are no bitmap`, {cause});
    }
  }

  get size(): number {
    return this.#set.size;
  }

  has(seq: number): boolean {
    return this.#set.has(seq);
  }

  add(seq: number): void {
    this.#set.add(seq);
  }

  /** True if it was a member. */
  delete(seq: number): boolean {
    return this.#set.delete(seq);
  }

  addAll(other: Bitmap): void {
    this.#set.orInPlace(other.#set);
  }

  removeAll(other: Bitmap): void {
    this.#set.andNotInPlace(other.#set);
  }

  /** True if some number is in both. */
  intersects(other: Bitmap): boolean {
    return this.#set.intersects(other.#set);
  }

  retainAll(other: Bitmap): void {
    this.#set.andInPlace(other.#set);
  }

  equals(other: Bitmap): boolean {
    return this.#set.isEqual(other.#set);
  }

  clone(): Bitmap {
    return new Bitmap(this.#set.clone());
  }

  /** Smallest and greatest member; undefined for the empty set. */
  get bounds(): {readonly min: number; readonly max: number} | undefined {
    return this.#set.isEmpty ? undefined : {min: this.#set.minimum(), max: this.#set.maximum()};
  }

  /** The members in ascending order. */
  toArray(): Uint32Array {
    return this.#set.toUint32Array();
  }

  [Symbol.iterator](): IterableIterator<number> {
    return this.toArray()[Symbol.iterator]();
  }

  /** Approximate size in memory; after `serialize`, the size of its output. */
  get serializedBytes(): number {
    return this.#set.getSerializationSizeInBytes('portable');
  }

  /** Portable format, with runs where they are shorter; never empty. The caller owns the bytes. */
  serialize(): Uint8Array {
    this.#set.runOptimize();
    return this.#set.serialize('portable');
  }

  [Symbol.dispose](): void {
    this.#set.dispose();
  }
}

/** True for the bytes of a set. */
export function isBitmap(bytes: unknown): bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) return false;
  try {
    Bitmap.parse(bytes)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

/** Adds the members of the serialized set to `set`. */
export function addTo(set: Bitmap, serialized: Uint8Array): void {
  using more = Bitmap.parse(serialized);
  set.addAll(more);
}

/** Removes the members of the serialized set from `set`. */
export function removeFrom(set: Bitmap, serialized: Uint8Array): void {
  using less = Bitmap.parse(serialized);
  set.removeAll(less);
}

/** A new set of the members of `set` that are not in `less`. Changes neither. */
export function without(set: Bitmap, less: Bitmap): Bitmap {
  const rest = set.clone();
  rest.removeAll(less);
  return rest;
}

/** The members of the first serialized set that are not in the second. */
export function difference(set: Uint8Array, less: Uint8Array): Bitmap {
  const rest = Bitmap.parse(set);
  removeFrom(rest, less);
  return rest;
}

/** The members that both serialized sets have. */
export function intersection(a: Uint8Array, b: Uint8Array): Bitmap {
  const both = Bitmap.parse(a);
  using other = Bitmap.parse(b);
  both.retainAll(other);
  return both;
}

/** The number of members of the first serialized set that are not in the second. */
export function countBeyond(set: Uint8Array, less: Uint8Array): number {
  using rest = difference(set, less);
  return rest.size;
}

/** The serialized union of both sets. */
export function union(a: Uint8Array, b: Uint8Array): Uint8Array {
  using both = Bitmap.parse(a);
  addTo(both, b);
  return both.serialize();
}

/** The serialized empty set. */
export const EMPTY_BITMAP: Uint8Array = serializeBitmap([]);

/** The serialized set of these numbers. */
export function serializeBitmap(seqs: Iterable<number>): Uint8Array {
  using bitmap = Bitmap.of(seqs);
  return bitmap.serialize();
}
