import {decodePath} from '../domain/path.ts';
import {CtrError} from '../util/ctr-error.ts';
import {ByteReader} from './byte-reader.ts';
import {type GitProcess, gitFailure, lastWords, spawnGit} from './git-process.ts';
import {oidLength} from './oid.ts';
import {RAW_DIFF_OPTIONS, type ReadChangesOptions, readChanges} from './raw-diff.ts';
import type {GitRepository} from './repository.ts';

const NUL = 0;
const NEWLINE = 0x0a;

/** One `git diff-tree` that reads commits or pairs of trees, one a line, and answers in order. */
export class DiffTree implements AsyncDisposable {
  readonly #args: readonly string[];
  readonly #git: GitProcess;
  readonly #reader: ByteReader;
  readonly #oidLength: number;
  #requestCount = 0;
  #flushCount = 0;

  constructor(repo: GitRepository, options: readonly string[]) {
    // --always: a commit that changes nothing is answered too.
    this.#args = [...RAW_DIFF_OPTIONS, '--always', '--stdin', ...options];
    this.#git = spawnGit(repo.gitDir, this.#args);
    this.#reader = new ByteReader(this.#git.stdout);
    this.#oidLength = oidLength(repo.objectFormat);
  }

  /**
   * Requests them and a flush of git's buffer: git writes back a line that is not an oid, and flushes.
   * Source: Git, builtin/diff-tree.c, cmd_diff_tree.
   */
  request(lines: readonly string[]): void {
    this.#requestCount += 1;
    this.#git.stdin.write(`${lines.join('\n')}${lines.length === 0 ? '' : '\n'}\n`, 'latin1');
  }

  /** Reads the beginning of the answer: the commit, or the pair of trees as in the request. */
  async readHeader(asked: string): Promise<void> {
    const reader = this.#reader;
    // Git may skip a commit that it cannot read without a message, and continue with the next.
    while ((await reader.peek()) === NEWLINE) {
      reader.at += 1;
      this.#flushCount += 1;
      if (this.#flushCount === this.#requestCount) throw await this.#failure(asked, false);
    }
    // Git ends a pair with a newline in spite of -z. Source: Git, builtin/diff-tree.c, stdin_diff_trees.
    const header = await reader.readUntil(asked.includes(' ') ? NEWLINE : NUL);
    if (header?.toString('latin1') !== asked) throw await this.#failure(asked, header === undefined);
  }

  /** Calls `change` at most `countMax` times. True if the same commit may have more changes. */
  async readChanges(options: Pick<ReadChangesOptions, 'countMax' | 'change'>): Promise<boolean> {
    return readChanges(this.#reader, {...options, oidLength: this.#oidLength});
  }

  /** The paths of a merge. Source: Git, Documentation/diff-format: `::modes oids statuses NUL path NUL`. */
  async readCombinedPaths(): Promise<string[]> {
    const paths: string[] = [];
    while ((await this.#reader.peek()) === 0x3a) {
      await this.#reader.readUntil(NUL);
      const path = await this.#reader.readUntil(NUL);
      if (path === undefined) break;
      paths.push(decodePath(path));
    }
    return paths;
  }

  /**
   * Fails if the answer about a commit may be incomplete. Git writes an answer when it has all of it, and writes all of
   * them before it exits by itself: in that case the next commit is the reason.
   */
  async endCommit(oid: string): Promise<void> {
    if ((await this.#reader.peek()) !== undefined) return;
    const {exitCode} = await this.#git.ended;
    if (exitCode === null || exitCode === 0) throw await this.#failure(oid, true);
  }

  /** Fails if git did not answer all requests. */
  async readFlush(oid: string): Promise<void> {
    if ((await this.#reader.peek()) !== NEWLINE) throw await this.#failure(oid, true);
  }

  async #failure(oid: string, hasEnded: boolean): Promise<CtrError> {
    const end = hasEnded ? await this.#git.ended : undefined;
    if (end?.startError !== undefined) return gitFailure({args: this.#args, end, stderr: ''});
    const stderr = this.#git.stderrTail();
    const reason = lastWords(stderr) ?? end?.signal ?? 'git passed over it';
    return new CtrError('REPOSITORY', `git cannot compare ${oid}: ${reason}`, {
      data: {commit: oid, stderr},
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#git[Symbol.asyncDispose]();
  }
}
