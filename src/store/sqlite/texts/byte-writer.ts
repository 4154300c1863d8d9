/** Bytes under construction. */
export class ByteWriter {
  length = 0;
  #bytes = new Uint8Array(256);

  put(byte: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = byte;
  }

  /** An integer below 2^32: 7 bits per byte, the lowest first. */
  putVarint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.put((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.put(rest);
  }

  putBytes(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A copy of what was written. */
  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #grow(more: number): void {
    const grown = new Uint8Array(2 * this.#bytes.length + more);
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }
}
