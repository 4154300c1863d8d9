const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** A string under construction, as UTF-16, that can be cut back. */
export class Utf16Writer {
  /** In code units. */
  length = 0;
  #units: Uint16Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#units = new Uint16Array(capacity + (capacity >> 2) + 16);
  }

  put(unit: number): void {
    if (this.length === this.#units.length) this.#grow(1);
    this.#units[this.length++] = unit;
  }

  putText(text: string): void {
    if (this.length + text.length > this.#units.length) this.#grow(text.length);
    for (let at = 0; at < text.length; at++) this.#units[this.length++] = text.charCodeAt(at);
  }

  /** Puts `unit` before the one at `at`, unless it stands there already. */
  separate(at: number, unit: number): void {
    if (this.#units[at - 1] === unit) return;
    this.put(unit);
    this.#units.copyWithin(at + 1, at, this.length - 1);
    this.#units[at] = unit;
  }

  text(): string {
    const bytes = Buffer.from(this.#units.buffer, 0, 2 * this.length);
    return (IS_BIG_ENDIAN ? bytes.swap16() : bytes).toString('utf16le');
  }

  #grow(units: number): void {
    const grown = new Uint16Array(2 * this.#units.length + units);
    grown.set(this.#units.subarray(0, this.length));
    this.#units = grown;
  }
}
