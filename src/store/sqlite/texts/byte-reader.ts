import {corruptIndex} from '../../../domain/corrupt-index.ts';

/** Reads what a ByteWriter has written. @throws INDEX_CORRUPT at the end of the bytes. */
export class ByteReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.at < this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw corruptIndex('a list of numbers in a row is cut');
  }

  /** The next bytes, not copied. */
  take(length: number): Uint8Array {
    if (this.at + length > this.#bytes.length) throw corruptIndex('a row is cut');
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }
}
