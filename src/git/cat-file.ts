import {ByteReader} from './byte-reader.ts';
import {type GitEnd, type GitProcess, spawnGit} from './git-process.ts';
import {assertOid} from './oid.ts';
import type {GitRepository} from './repository.ts';

const NEWLINE = 0x0a;

/** The header of an object, which git writes before its bytes. */
export interface ObjectHeader {
  readonly oid: string;
  /** Absent: the repository does not have it, or cannot read even its header. */
  readonly type?: string | undefined;
  readonly sizeBytes: number;
}

/**
 * One `git cat-file`, asked and answering in order.
 *
 * A request never waits: git reads requests until `flush`, then answers them all. So a caller that limits its unanswered
 * requests never fills a pipe that has no reader, and never waits for an answer that is stuck in git's buffer.
 */
export class CatFile implements AsyncDisposable {
  readonly #repo: GitRepository;
  readonly #git: GitProcess;
  readonly #reader: ByteReader;

  constructor(repo: GitRepository) {
    this.#repo = repo;
    this.#git = spawnGit(repo.gitDir, ['cat-file', '--batch-command', '--buffer']);
    this.#reader = new ByteReader(this.#git.stdout);
  }

  /** Bytes that git has answered so far. */
  get answeredBytes(): number {
    return this.#reader.receivedBytes;
  }

  /** Git's output on stderr. */
  get words(): string {
    return this.#git.stderrTail();
  }

  /** Asks for the objects; each is answered by one header and, unless it is missing, its bytes. */
  request(oids: readonly string[]): void {
    for (const oid of oids) assertOid(oid, this.#repo.objectFormat);
    this.#git.stdin.write(`${oids.map((oid) => `contents ${oid}\n`).join('')}flush\n`, 'latin1');
  }

  /** The next answer's header; undefined when git has died. */
  async readHeader(): Promise<ObjectHeader | undefined> {
    const line = await this.#reader.readUntil(NEWLINE);
    if (line === undefined) return undefined;
    const [oid = '', type, size] = line.toString('latin1').split(' ');
    return type === 'missing' ? {oid, sizeBytes: 0} : {oid, type, sizeBytes: Number(size)};
  }

  /** Fills `target`, which is as long as the object; false when git has died. */
  async readBody(target: Buffer): Promise<boolean> {
    return (await this.#reader.readInto(target)) && (await this.endBody());
  }

  /** Some of the object's bytes, at most `maxBytes`; undefined when git has died. */
  readSome(maxBytes: number): Promise<Buffer | undefined> {
    return this.#reader.readSome(maxBytes);
  }

  /** Skips the next `sizeBytes` and the end of the object; false when git has died. */
  async skipBody(sizeBytes: number): Promise<boolean> {
    for (let left = sizeBytes; left > 0; ) {
      const bytes = await this.#reader.readSome(left);
      if (bytes === undefined) return false;
      left -= bytes.length;
    }
    return this.endBody();
  }

  /** Reads the delimiter after the object's last byte; false when git has died. */
  async endBody(): Promise<boolean> {
    return (await this.#reader.readSome(1)) !== undefined;
  }

  /** How git ended. Waits for it, so only for one that has died. */
  readEnd(): Promise<GitEnd> {
    return this.#git.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#git[Symbol.asyncDispose]();
  }
}
