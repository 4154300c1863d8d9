import {DiffTree} from './diff-tree.ts';
import {assertOid} from './oid.ts';
import type {Change} from './raw-diff.ts';
import type {GitRepository} from './repository.ts';

const CHANGES_MAX = 2048;

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
