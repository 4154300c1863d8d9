import {decodePath} from '../domain/path.ts';
import {ByteReader} from './byte-reader.ts';
import {DiffTree} from './diff-tree.ts';
import {readLines} from './git-lines.ts';
import {type GitProcess, spawnGit} from './git-process.ts';
import {assertOid} from './oid.ts';
import type {Change} from './raw-diff.ts';
import type {GitRepository} from './repository.ts';

const CHANGES_MAX = 2048;

/**
 * All files of a commit or a tree, in git's order (by the bytes of the paths), in arrays of some thousand.
 * @throws CtrError REPOSITORY if git cannot read it.
 */
export async function* streamTree(repo: GitRepository, oid: string): AsyncGenerator<Change[]> {
  assertOid(oid, repo.objectFormat);
  await using git = spawnGit(repo.gitDir, ['ls-tree', '-r', '-z', '--full-tree', oid]);
  git.stdin.end();
  yield* readTree(git);
  await git.finish();
}

/** Differences between trees, one after another, from one git process; a failure starts another one. */
export class TreeDiffs implements AsyncDisposable {
  readonly #repo: GitRepository;
  #git: DiffTree | undefined;

  constructor(repo: GitRepository) {
    this.#repo = repo;
  }

  /**
   * The differences between two trees, in git's order, in arrays of some thousand. Do not pass commits: if the header of
   * a commit names another commit as its tree, git takes that one for a tree from then on.
   * @throws CtrError REPOSITORY if git cannot read one of them.
   */
  async *read({from, to}: {from: string; to: string}): AsyncGenerator<Change[]> {
    assertOid(from, this.#repo.objectFormat);
    assertOid(to, this.#repo.objectFormat);
    const pair = `${from} ${to}`;
    const git = (this.#git ??= new DiffTree(this.#repo, []));
    let isWhole = false;
    try {
      git.request([pair]);
      await git.readHeader(pair);
      for (let isMore = true; isMore; ) {
        const changes: Change[] = [];
        isMore = await git.readChanges({
          countMax: CHANGES_MAX,
          change: (path, before, after) => changes.push({path, from: before, to: after}),
        });
        if (changes.length > 0) yield changes;
      }
      await git.readFlush(pair);
      isWhole = true;
    } finally {
      if (!isWhole) await this[Symbol.asyncDispose]();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const git = this.#git;
    this.#git = undefined;
    await git?.[Symbol.asyncDispose]();
  }
}

/**
 * The number and the bytes of the blobs in the object store, reachable or not, to estimate work. Blobs of a push that
 * runs at the same time may be included.
 */
export async function estimateObjects(repo: GitRepository): Promise<{blobs: number; bytes: number}> {
  const check = '--batch-check=%(objecttype) %(objectsize)';
  await using git = spawnGit(repo.gitDir, [
    'cat-file',
    '--batch-all-objects',
    '--unordered',
    '--buffer',
    check,
  ]);
  git.stdin.end();
  let blobs = 0;
  let bytes = 0;
  for await (const lines of readLines(git.stdout)) {
    for (const line of lines) {
      if (!line.startsWith('blob ')) continue;
      blobs += 1;
      bytes += Number(line.slice('blob '.length));
    }
  }
  await git.finish();
  return {blobs, bytes};
}

/** Source: Git, Documentation/git-ls-tree: `mode SP type SP oid TAB path NUL`. */
async function* readTree(git: GitProcess): AsyncGenerator<Change[]> {
  const reader = new ByteReader(git.stdout);
  let changes: Change[] = [];
  for (;;) {
    const entry = await reader.readUntil(0);
    if (entry === undefined) break;
    const tab = entry.indexOf(0x09);
    const [mode = '', , oid = ''] = entry.toString('latin1', 0, tab).split(' ');
    changes.push({path: decodePath(entry.subarray(tab + 1)), from: undefined, to: {mode, oid}});
    if (changes.length < CHANGES_MAX) continue;
    yield changes;
    changes = [];
  }
  if (changes.length > 0) yield changes;
}
