import assert from 'node:assert/strict';
import type {Commit} from '../domain/commit.ts';
import {CtrError} from '../util/ctr-error.ts';
import {CatFile} from './cat-file.ts';
import {parseCommit} from './commit-parser.ts';
import {DiffTree} from './diff-tree.ts';
import {assertOid} from './oid.ts';
import type {Change} from './raw-diff.ts';
import type {GitRepository} from './repository.ts';
import type {RevListEntry} from './rev-list.ts';

/** A commit, then its changes against its first parent (for a root: all its files), then its end. */
export type CommitEvent =
  | {readonly type: 'commit'; readonly commit: Commit}
  | ({readonly type: 'change'} & Change)
  | {
      readonly type: 'end';
      /** Merges only: the paths that differ from every parent, in git's order. */
      readonly combinedPaths?: readonly string[] | undefined;
    };

/** Most commits that are requested and not read yet. It bounds the data in flight for any size of commits. */
const WINDOW = 1024;
const EVENTS_MAX = 2048;
/** Limit of all messages in one array of events. */
const MESSAGES_MAX_CHARACTERS = 1024 * 1024;
/** Limits memory: a commit object is held whole, and any pusher can make a larger one. */
const COMMIT_MAX_BYTES = 16 * 1024 * 1024;
/** Git keeps every commit it has diffed in memory, 3 to 6 KB each (measured): it is replaced after this many. */
const COMMITS_PER_PROCESS = 65_536;

/**
 * Streams `commits` and their changes, in their order, in arrays of some thousand events; the changes of one commit may
 * be in several. Memory does not grow with the number of commits, their messages, or the changes of one.
 * @throws CtrError REPOSITORY if git cannot read a commit or a tree (`data.commit` says which), OBJECT_CORRUPT.
 */
export async function* streamCommits(
  repo: GitRepository,
  commits: AsyncIterable<readonly RevListEntry[]> | Iterable<readonly RevListEntry[]>,
): AsyncGenerator<CommitEvent[]> {
  let readers: CommitReaders | undefined;
  try {
    let askedCount = 0;
    for await (const window of windowsOf(commits)) {
      if (readers !== undefined && askedCount + window.length > COMMITS_PER_PROCESS) {
        yield* readers.readPending();
        await readers[Symbol.asyncDispose]();
        readers = undefined;
      }
      if (readers === undefined) askedCount = 0;
      readers ??= new CommitReaders(repo);
      readers.request(window);
      askedCount += window.length;
      // Git works on this window while the one before it is read.
      yield* readers.readPending({leaveCount: window.length});
    }
    if (readers !== undefined) yield* readers.readPending();
  } finally {
    await readers?.[Symbol.asyncDispose]();
  }
}

/**
 * Git processes that answer about the same commits in lockstep: the changes against the first parent, the changes of a
 * merge against all parents, and the commit objects themselves (git's own formats cut messages at a NUL).
 */
class CommitReaders implements AsyncDisposable {
  readonly #repo: GitRepository;
  readonly #changes: DiffTree;
  /** Most pushes have no merge, and need no git for it. */
  #merges: DiffTree | undefined;
  readonly #objects: CatFile;
  #pending: RevListEntry[] = [];

  constructor(repo: GitRepository) {
    this.#repo = repo;
    this.#changes = new DiffTree(repo, ['--root']);
    this.#objects = new CatFile(repo);
  }

  request(window: readonly RevListEntry[]): void {
    for (const {oid, parents} of window) {
      assertOid(oid, this.#repo.objectFormat);
      if (parents[0] !== undefined) assertOid(parents[0], this.#repo.objectFormat);
    }
    this.#pending.push(...window);
    this.#changes.request(
      window.map(({oid, parents}) => (parents.length === 0 ? oid : `${oid} ${parents[0]}`)),
    );
    const merges = window.filter(isMerge).map(({oid}) => oid);
    if (merges.length > 0) this.#merges ??= new DiffTree(this.#repo, ['-c']);
    // No parents in the request: git reads lines of at most 1,000 bytes, an octopus may have more, and git knows them.
    this.#merges?.request(merges);
    this.#objects.request(window.map(({oid}) => oid));
  }

  /** Reads the answers about all requested commits except the last `leaveCount`. */
  async *readPending({leaveCount = 0} = {}): AsyncGenerator<CommitEvent[]> {
    const entries = this.#pending.splice(0, this.#pending.length - leaveCount);
    let events: CommitEvent[] = [];
    let messageCharacters = 0;
    try {
      for (const entry of entries) {
        await this.#changes.readHeader(entry.oid);
        const commit = await this.#readCommit(entry);
        events.push({type: 'commit', commit});
        messageCharacters += commit.message.length;
        while (await this.#readChanges(events)) {
          yield events;
          events = [];
          messageCharacters = 0;
        }
        await this.#changes.endCommit(entry.oid);
        const combinedPaths = isMerge(entry) ? await this.#readCombinedPaths(entry) : undefined;
        events.push({type: 'end', combinedPaths});
        if (events.length < EVENTS_MAX && messageCharacters < MESSAGES_MAX_CHARACTERS) continue;
        yield events;
        events = [];
        messageCharacters = 0;
      }
      if (leaveCount === 0 && entries.length > 0) await this.#readFlush(entries.at(-1)!.oid);
    } catch (error) {
      // Events before the failure are valid.
      if (events.length > 0) yield events;
      throw error;
    }
    if (events.length > 0) yield events;
  }

  /** Adds changes to `events` until it is long enough. True if the same commit may have more. */
  #readChanges(events: CommitEvent[]): Promise<boolean> {
    return this.#changes.readChanges({
      countMax: Math.max(1, EVENTS_MAX - events.length),
      change: (path, from, to) => events.push({type: 'change', path, from, to}),
    });
  }

  /** Proves that the last answers were complete: git has also answered the flush, which was requested last. */
  async #readFlush(lastOid: string): Promise<void> {
    await this.#changes.readFlush(lastOid);
    await this.#merges?.readFlush(lastOid);
  }

  async #readCommit(entry: RevListEntry): Promise<Commit> {
    const header = await this.#objects.readHeader();
    assert(header === undefined || header.oid === entry.oid, 'cat-file answers in the order of requests');
    if (header?.type !== 'commit') throw this.#unreadable(entry.oid);
    if (header.sizeBytes > COMMIT_MAX_BYTES) throw this.#tooLarge(entry.oid, header.sizeBytes);
    const bytes = Buffer.allocUnsafe(header.sizeBytes);
    if (!(await this.#objects.readBody(bytes))) throw this.#unreadable(entry.oid);
    return parseCommit(entry, bytes);
  }

  async #readCombinedPaths({oid}: RevListEntry): Promise<string[]> {
    const merges = this.#merges!;
    await merges.readHeader(oid);
    const paths = await merges.readCombinedPaths();
    await merges.endCommit(oid);
    return paths;
  }

  #tooLarge(oid: string, sizeBytes: number): CtrError {
    return new CtrError('REPOSITORY', `commit ${oid} is too large: ${sizeBytes} bytes`, {
      data: {commit: oid},
    });
  }

  #unreadable(oid: string): CtrError {
    return new CtrError('REPOSITORY', `git cannot read commit ${oid}`, {
      data: {commit: oid, stderr: this.#objects.words},
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const started = [this.#changes, this.#merges, this.#objects].filter((git) => git !== undefined);
    await Promise.all(started.map((git) => git[Symbol.asyncDispose]()));
  }
}

async function* windowsOf(
  commits: AsyncIterable<readonly RevListEntry[]> | Iterable<readonly RevListEntry[]>,
): AsyncGenerator<RevListEntry[]> {
  let window: RevListEntry[] = [];
  for await (const chunk of commits) {
    for (const entry of chunk) {
      window.push(entry);
      if (window.length < WINDOW) continue;
      yield window;
      window = [];
    }
  }
  if (window.length > 0) yield window;
}

function isMerge({parents}: RevListEntry): boolean {
  return parents.length > 1;
}
