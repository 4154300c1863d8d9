import type {Readable} from 'node:stream';

const NOTHING = Buffer.alloc(0);

/**
 * Reads a stream of bytes piece by piece, pulling a chunk only when the one at hand is used up. One reader per
 * stream, one call at a time.
 */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  /** Bytes at hand; those before `at` are used up. Open to parsers that must not wait for each token. */
  buffer: Buffer = NOTHING;
  at = 0;
  #receivedBytes = 0;

  constructor(source: Readable) {
    this.#chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  /** Bytes received so far, used up or not. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Adds a chunk to the bytes at hand; false at the end of the stream. Moves `buffer` and `at`. */
  async fill(): Promise<boolean> {
    const {done, value} = await this.#chunks.next();
    if (done === true) return false;
    this.#receivedBytes += value.length;
    const isUsedUp = this.at === this.buffer.length;
    this.buffer = isUsedUp ? value : Buffer.concat([this.buffer.subarray(this.at), value]);
    this.at = 0;
    return true;
  }

  /** The next byte, not yet used up; undefined at the end. */
  async peek(): Promise<number | undefined> {
    while (this.at === this.buffer.length) {
      if (!(await this.fill())) return undefined;
    }
    return this.buffer[this.at];
  }

  /** The bytes before the next `delimiter`, which is used up too; undefined when the stream ends before one. */
  async readUntil(delimiter: number): Promise<Buffer | undefined> {
    for (;;) {
      const end = this.buffer.indexOf(delimiter, this.at);
      if (end >= 0) {
        const bytes = this.buffer.subarray(this.at, end);
        this.at = end + 1;
        return bytes;
      }
      if (!(await this.fill())) return undefined;
    }
  }

  /** Fills `target` with the next bytes; false when the stream ends before. */
  async readInto(target: Buffer): Promise<boolean> {
    let filled = 0;
    while (filled < target.length) {
      if ((await this.peek()) === undefined) return false;
      const copied = this.buffer.copy(target, filled, this.at);
      this.at += copied;
      filled += copied;
    }
    return true;
  }

  /** At least one and at most `maxBytes` of the next bytes; undefined at the end. */
  async readSome(maxBytes: number): Promise<Buffer | undefined> {
    if ((await this.peek()) === undefined) return undefined;
    const bytes = this.buffer.subarray(this.at, this.at + maxBytes);
    this.at += bytes.length;
    return bytes;
  }
}
