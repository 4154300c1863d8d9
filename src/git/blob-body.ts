import {createHash} from 'node:crypto';
import {Readable} from 'node:stream';
import {CtrError} from '../util/ctr-error.ts';
import type {CatFile} from './cat-file.ts';
import {lastWords} from './git-process.ts';
import type {ObjectFormat} from './oid.ts';

/** Enough to tell text from binary as git does. Source: Git, xdiff-interface.c, FIRST_FEW_BYTES. */
const HEAD_BYTES = 8000;
const CHUNK_MAX_BYTES = 256 * 1024;

/** The bytes of one blob on their way from git, counted and hashed. */
export class BlobBody {
  readonly stream: Readable;
  readonly #git: CatFile;
  readonly #oid: string;
  readonly #sizeBytes: number;
  readonly #objectFormat: ObjectFormat;
  #head: Buffer = Buffer.alloc(0);
  #remainingBytes: number;

  constructor(blob: {git: CatFile; oid: string; sizeBytes: number; objectFormat: ObjectFormat}) {
    this.#git = blob.git;
    this.#oid = blob.oid;
    this.#sizeBytes = blob.sizeBytes;
    this.#objectFormat = blob.objectFormat;
    this.#remainingBytes = blob.sizeBytes;
    this.stream = Readable.from(this.#readAll(), {objectMode: false, highWaterMark: CHUNK_MAX_BYTES});
  }

  /** Bytes that git still has to give. */
  get remainingBytes(): number {
    return this.#remainingBytes;
  }

  /** The first bytes, which the stream repeats; undefined if git has died. */
  async readHead(): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    const headBytes = Math.min(HEAD_BYTES, this.#sizeBytes);
    for (let readBytes = 0; readBytes < headBytes; ) {
      const part = await this.#readSome();
      if (part === undefined) return undefined;
      parts.push(part);
      readBytes += part.length;
    }
    this.#head = Buffer.concat(parts);
    return this.#head;
  }

  /** Ends the stream, read or not. When it resolves, the stream no longer reads from git. */
  async close(): Promise<void> {
    const {stream} = this;
    if (stream.closed) return;
    const closed = new Promise<void>((resolve) => stream.once('close', resolve));
    // After its last byte it closes by itself, and must still be able to report wrong bytes.
    if (!stream.readableEnded) stream.destroy();
    await closed;
  }

  async *#readAll(): AsyncGenerator<Buffer> {
    const hash = createHash(this.#objectFormat).update(`blob ${this.#sizeBytes}\0`);
    for (let part: Buffer | undefined = this.#head; part !== undefined; part = await this.#readSome()) {
      hash.update(part);
      if (part.length > 0) yield part;
      if (this.#remainingBytes === 0) break;
    }
    if (this.#remainingBytes > 0) throw await this.#cutOff();
    const actual = hash.digest('hex');
    if (actual !== this.#oid) throw this.#corrupt(`its bytes hash to ${actual}`);
  }

  async #readSome(): Promise<Buffer | undefined> {
    const part = await this.#git.readSome(Math.min(this.#remainingBytes, CHUNK_MAX_BYTES));
    this.#remainingBytes -= part?.length ?? 0;
    return part;
  }

  async #cutOff(): Promise<CtrError> {
    const end = await this.#git.readEnd();
    return this.#corrupt(lastWords(this.#git.words) ?? `git was ended by ${end.signal ?? end.exitCode}`);
  }

  #corrupt(reason: string): CtrError {
    return new CtrError('OBJECT_CORRUPT', `cannot read blob ${this.#oid}: ${reason}`, {
      data: {oid: this.#oid},
    });
  }
}
