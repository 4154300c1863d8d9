import {RoaringBitmap32, roaringLibraryInitialize} from 'roaring-wasm';
import {corruptIndex} from './corrupt-index.ts';

await roaringLibraryInitialize();

/**
 * A set of seqs: the only file that knows the bitmap library. Its memory lies outside the JavaScript heap, so
 * whoever makes one disposes of it (`using`). Serialized: roaring, portable 32-bit format, byte-identical to what
 * the Java, C and Go libraries write.
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
   * @throws INDEX_CORRUPT on bytes that are no bitmap. Zero bytes are none either: the library would take them for
   *   the empty set, and a lost field would read as "nothing here".
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

  /** Whether it was in. */
  delete(seq: number): boolean {
    return this.#set.delete(seq);
  }

  addAll(other: Bitmap): void {
    this.#set.orInPlace(other.#set);
  }

  removeAll(other: Bitmap): void {
    this.#set.andNotInPlace(other.#set);
  }

  /** Whether some number is in both. */
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

  /** About what it takes in memory; after `serialize`, the bytes that it wrote. */
  get serializedBytes(): number {
    return this.#set.getSerializationSizeInBytes('portable');
  }

  /** Portable format with runs where they are shorter; never empty. The bytes are the caller's own. */
  serialize(): Uint8Array {
    this.#set.runOptimize();
    return this.#set.serialize('portable');
  }

  [Symbol.dispose](): void {
    this.#set.dispose();
  }
}

/** Whether these are the bytes of a set. */
export function isBitmap(bytes: unknown): bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) return false;
  try {
    Bitmap.parse(bytes)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

/** `set` holds what these bytes hold, too. */
export function addTo(set: Bitmap, serialized: Uint8Array): void {
  using more = Bitmap.parse(serialized);
  set.addAll(more);
}

/** `set` holds nothing any more of what these bytes hold. */
export function removeFrom(set: Bitmap, serialized: Uint8Array): void {
  using less = Bitmap.parse(serialized);
  set.removeAll(less);
}

/** What is in `set` and not in `less`, as a set of its own: both stay as they are. */
export function without(set: Bitmap, less: Bitmap): Bitmap {
  const rest = set.clone();
  rest.removeAll(less);
  return rest;
}

/** What the first bytes hold and the second do not. */
export function difference(set: Uint8Array, less: Uint8Array): Bitmap {
  const rest = Bitmap.parse(set);
  removeFrom(rest, less);
  return rest;
}

/** What both hold. */
export function intersection(a: Uint8Array, b: Uint8Array): Bitmap {
  const both = Bitmap.parse(a);
  using other = Bitmap.parse(b);
  both.retainAll(other);
  return both;
}

/** How many numbers the first bytes hold and the second do not. */
export function countBeyond(set: Uint8Array, less: Uint8Array): number {
  using rest = difference(set, less);
  return rest.size;
}

/** What one of the two holds, or both, serialized. */
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
