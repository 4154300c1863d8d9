import assert from 'node:assert/strict';
import {hash} from 'node:crypto';
import {access} from 'node:fs/promises';
import {join} from 'node:path';
import type {Readable} from 'node:stream';
import {setImmediate} from 'node:timers/promises';
import {CtrError} from '../util/ctr-error.ts';
import {BlobBody} from './blob-body.ts';
import {CatFile, type ObjectHeader} from './cat-file.ts';
import {gitFailure, runGit} from './git-process.ts';
import type {GitRepository} from './repository.ts';

/** The repository's answer for one oid. */
export type Blob = HeldBlob | StreamedBlob | MissingBlob | CorruptBlob;

/** A blob in memory. The bytes are the caller's own. */
export interface HeldBlob {
  readonly oid: string;
  readonly sizeBytes: number;
  readonly bytes: Buffer;
}

/** A blob that is too large to hold. */
export interface StreamedBlob {
  readonly oid: string;
  readonly sizeBytes: number;
  /** The first 8,000 bytes or more (all, when there are fewer). */
  readonly head: Buffer;
  /**
   * All the bytes, `head` included. A request for the next blob discards unread ones.
   * Fails with CtrError OBJECT_CORRUPT if git cannot continue, and at the end if the hash of the bytes is not the oid:
   * until the stream has ended without an error, the bytes are unproven.
   */
  readonly stream: Readable;
}

/** The repository does not have it. */
export interface MissingBlob {
  readonly oid: string;
  readonly missing: true;
}

/** The repository has something else than these bytes; `reason` is git's own message if there is one. */
export interface CorruptBlob {
  readonly oid: string;
  readonly corrupt: string;
}

export interface BlobSessionOptions {
  /** Larger blobs come as a stream. */
  readonly holdMaxBytes: number;
  /** The git process is replaced after it has written so much: one has been seen to grow past 9 GB. */
  readonly restartAfterBytes?: number | undefined;
}

const GIB = 1024 ** 3;
/** Most oids that git is asked for before it has answered. */
const ASKED_MAX = 512;
/** To skip more than this, the git process is replaced: a new one takes some milliseconds. */
const SKIP_MAX_BYTES = 8 * 1024 * 1024;
/** An object that a partial clone lacks is missing, but some gits die of it. Source: Git 2.39, promisor-remote.c. */
const PROMISED = /could not fetch [0-9a-f]+ from promisor remote/;

/**
 * Requests and their answers, over several git processes in turn.
 *
 * A process is replaced when it has died, when the rest of an unread stream is too long to skip, and when it has written
 * enough and answered all requests. Pending requests go to the next one: none is lost, and none is answered twice.
 */
export class BlobSession implements AsyncDisposable {
  readonly #repo: GitRepository;
  readonly #holdMaxBytes: number;
  readonly #restartAfterBytes: number;
  /** Requested and not answered, in order. */
  readonly #pending: string[] = [];
  /** The number of them, from the first, that the current git has been asked for. */
  #askedCount = 0;
  #git: CatFile | undefined;
  /** The body that the last answer streams. */
  #body: BlobBody | undefined;
  /** Git was killed by an unknown request: each one is sent alone until one is answered. */
  #isSuspicious = false;

  constructor(repo: GitRepository, {holdMaxBytes, restartAfterBytes = GIB}: BlobSessionOptions) {
    this.#repo = repo;
    this.#holdMaxBytes = holdMaxBytes;
    this.#restartAfterBytes = restartAfterBytes;
  }

  get hasPending(): boolean {
    return this.#pending.length > 0;
  }

  /** True if git will soon have no more requests. */
  get isHungry(): boolean {
    return this.#pending.length <= ASKED_MAX / 2;
  }

  request(oids: readonly string[]): void {
    this.#pending.push(...oids);
  }

  /** The answer to the oldest request; one must be pending. */
  async readNext(): Promise<Blob> {
    await this.#endBody();
    for (;;) {
      const git = await this.#askPending();
      const blob = await this.#readAnswer(git);
      if (blob === undefined) continue;
      this.#pending.shift();
      this.#askedCount = Math.max(0, this.#askedCount - 1);
      this.#isSuspicious = false;
      return blob;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dropGit();
    await this.#body?.close();
  }

  async #askPending(): Promise<CatFile> {
    const isWornOut = (this.#git?.answeredBytes ?? 0) > this.#restartAfterBytes;
    if (isWornOut && this.#askedCount === 0) await this.#dropGit();
    const isReplaced = this.#git === undefined;
    this.#git ??= new CatFile(this.#repo);
    const askedMax = this.#isSuspicious ? 1 : isWornOut && !isReplaced ? 0 : ASKED_MAX;
    // Not one by one: each asking makes git flush.
    if (this.#askedCount <= askedMax / 2 && this.#askedCount < this.#pending.length) {
      const oids = this.#pending.slice(this.#askedCount, askedMax);
      if (oids.length > 0) this.#git.request(oids);
      this.#askedCount += oids.length;
    }
    return this.#git;
  }

  async #readAnswer(git: CatFile): Promise<Blob | undefined> {
    const oid = this.#pending[0]!;
    const header = await git.readHeader();
    if (header === undefined) return this.#explainDeath(git, oid);
    assert.equal(header.oid, oid, 'cat-file answers in the order of requests');
    if (header.type === undefined) return this.#explainMissing(git, oid);
    if (header.type !== 'blob') {
      await this.#skip(git, header.sizeBytes);
      return {oid, corrupt: `it is a ${header.type}, not a blob`};
    }
    if (header.sizeBytes > this.#holdMaxBytes) return this.#openBody(git, header);
    return this.#holdBlob(git, header);
  }

  async #holdBlob(git: CatFile, {oid, sizeBytes}: ObjectHeader): Promise<Blob | undefined> {
    const prefix = `blob ${sizeBytes}\0`;
    // One buffer with what the hash covers: hashing it in one call is faster than in two.
    const hashed = Buffer.allocUnsafe(prefix.length + sizeBytes);
    hashed.write(prefix, 'latin1');
    const bytes = hashed.subarray(prefix.length);
    if (!(await git.readBody(bytes))) return this.#explainDeath(git, oid);
    const actual = hash(this.#repo.objectFormat, hashed);
    return actual === oid ? {oid, sizeBytes, bytes} : {oid, corrupt: `its bytes hash to ${actual}`};
  }

  async #openBody(git: CatFile, {oid, sizeBytes}: ObjectHeader): Promise<Blob | undefined> {
    const body = new BlobBody({git, oid, sizeBytes, objectFormat: this.#repo.objectFormat});
    const head = await body.readHead();
    if (head === undefined) return this.#explainDeath(git, oid);
    this.#body = body;
    return {oid, sizeBytes, head, stream: body.stream};
  }

  /** Brings git to the next answer, however much of the streamed one was read. */
  async #endBody(): Promise<void> {
    const body = this.#body;
    if (body === undefined) return;
    this.#body = undefined;
    await body.close();
    if (this.#git !== undefined) await this.#skip(this.#git, body.remainingBytes);
  }

  async #skip(git: CatFile, sizeBytes: number): Promise<void> {
    if (sizeBytes > SKIP_MAX_BYTES || !(await git.skipBody(sizeBytes))) await this.#dropGit();
  }

  /**
   * The reason why git died before it answered about `oid`; undefined if that request must be repeated.
   * Git writes all earlier answers when it exits, but not when it is killed.
   */
  async #explainDeath(git: CatFile, oid: string): Promise<CorruptBlob | MissingBlob | undefined> {
    const end = await git.readEnd();
    await this.#dropGit();
    if (end.startError !== undefined) throw gitFailure({args: ['cat-file'], end, stderr: ''});
    // Fails if the object is not the reason: then every other request would fail as well.
    await this.#checkRepository();
    await runGit(this.#repo.gitDir, ['rev-parse', '--git-dir']);
    if (PROMISED.test(git.words)) return {oid, missing: true};
    if (end.signal === null) return {oid, corrupt: words(git) ?? `git ended with exit code ${end.exitCode}`};
    if (this.#isSuspicious) return {oid, corrupt: `git was ended by ${end.signal}`};
    this.#isSuspicious = true;
    return undefined;
  }

  /** Git also reports an object as missing if it cannot read its header; then stderr says so. */
  async #explainMissing(git: CatFile, oid: string): Promise<MissingBlob | CorruptBlob> {
    // The message came before the answer, but on another pipe: one turn of the event loop reads both.
    await setImmediate();
    await setImmediate();
    const said = git.words.split('\n').filter((line) => line.includes(oid));
    if (said.length > 0) return {oid, corrupt: plainWords(said.join('\n'))};
    await this.#checkRepository();
    return {oid, missing: true};
  }

  /** In a repository that was removed or unmounted every object is missing: that is not corruption. */
  async #checkRepository(): Promise<void> {
    const {gitDir} = this.#repo;
    await access(join(gitDir, 'objects')).catch((cause: unknown) => {
      throw new CtrError('REPOSITORY', `the repository ${gitDir} is gone`, {cause});
    });
  }

  async #dropGit(): Promise<void> {
    const git = this.#git;
    this.#git = undefined;
    this.#askedCount = 0;
    await git?.[Symbol.asyncDispose]();
  }
}

function words(git: CatFile): string | undefined {
  return git.words.trim() === '' ? undefined : plainWords(git.words);
}

/** Git's lines as one, without `error:` and `fatal:`, hints and warnings. */
function plainWords(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const verdicts = lines.filter((line) => !/^(hint|warning):/.test(line));
  return verdicts
    .map((line) => line.replace(/^(fatal|error): /, ''))
    .slice(-5)
    .join('; ');
}
