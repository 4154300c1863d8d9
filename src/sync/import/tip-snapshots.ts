import assert from 'node:assert/strict';
import {Bitmap, EMPTY_BITMAP} from '../../domain/bitmap.ts';
import type {Change} from '../../git/raw-diff.ts';
import type {GitRepository} from '../../git/repository.ts';
import {streamTree} from '../../git/stream-tree.ts';
import {TreeDiffs} from '../../git/tree-diff.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {isDamage} from '../damage.ts';
import {type EntryWriter, entryChangeOf} from './entry-writer.ts';

const SLICE_CHANGES = 4096;

/** A commit and the seqs of its tree. */
export interface KnownTip {
  readonly commit: string;
  readonly snapshot: Uint8Array;
}

/** The result for the trees of some tips. */
export interface TipTrees {
  /** Commit to the seqs of its tree. */
  readonly snapshots: ReadonlyMap<string, Uint8Array>;
  /** Commit to the reason why its tree cannot be read. */
  readonly damaged: ReadonlyMap<string, string>;
  /** The seqs of all entries that were read, also from trees that could not be read to their end. */
  readonly added: Uint8Array;
}

export const NO_TREES: TipTrees = {snapshots: new Map(), damaged: new Map(), added: EMPTY_BITMAP};

/** A tree in progress. */
interface Draft {
  readonly commit: string;
  /** The base of its differences; if that is another draft, its snapshot is ready when it is needed. */
  readonly base: {readonly commit: string; readonly snapshot?: Uint8Array | undefined} | undefined;
  /** The seqs resolved so far. */
  seqs?: Bitmap | undefined;
  /** Set when it is completely resolved. */
  snapshot?: Uint8Array | undefined;
}

/** Some of the changes from the base to the tree. */
interface Piece {
  readonly draft: Draft;
  readonly changes: readonly Change[];
  readonly isLast: boolean;
}

/**
 * Reads the seqs of the trees of commits that are stored without a snapshot (`ctr.history = refs`), and stores their new
 * entries. The cost of a tree is its difference from a known one, or the whole tree without one. One git process computes
 * all differences, and entries of all trees are resolved together, some thousand at a time.
 */
export class TipSnapshots implements AsyncDisposable {
  readonly #repository: GitRepository;
  readonly #writer: EntryWriter;
  readonly #diffs: TreeDiffs;
  /** Commit to its tree's oid. */
  readonly #trees: ReadonlyMap<string, string>;
  readonly #snapshots = new Map<string, Uint8Array>();
  readonly #damaged = new Map<string, string>();
  readonly #added = Bitmap.of();
  #last: Draft | undefined;
  /** The draft that is partly resolved. */
  #open: Draft | undefined;
  #pieces: Piece[] = [];
  #changeCount = 0;

  /** `trees` has the tree of every commit that will be added, if Git can read it. */
  constructor(deps: {
    repository: GitRepository;
    writer: EntryWriter;
    trees: ReadonlyMap<string, string>;
  }) {
    this.#repository = deps.repository;
    this.#writer = deps.writer;
    this.#trees = deps.trees;
    this.#diffs = new TreeDiffs(deps.repository);
  }

  /** Adds the tree of `commit` to the results, by its difference from `base`, else from the tree added before. */
  async add(commit: string, base: KnownTip | undefined): Promise<void> {
    // A garbage collection may have deleted the old tip; the new one must be readable by itself.
    const from = base && this.#trees.has(base.commit) ? base : this.#last;
    let damage = await this.#read({commit, base: from});
    if (damage && from) damage = await this.#read({commit, base: undefined});
    if (damage) this.#damaged.set(commit, damage.message);
  }

  /** The results for all added trees. */
  async finish(): Promise<TipTrees> {
    await this.#flush();
    return {snapshots: this.#snapshots, damaged: this.#damaged, added: this.#added.serialize()};
  }

  /** The reason why the tree cannot be read. Such a tree has no effect, except that some of its entries are stored. */
  async #read(draft: Draft): Promise<CtrError | undefined> {
    const {commit, base} = draft;
    const to = this.#trees.get(commit);
    if (to === undefined) return new CtrError('REPOSITORY', `git cannot read the tree of commit ${commit}`);
    const stream = base
      ? this.#diffs.read({from: this.#trees.get(base.commit)!, to})
      : streamTree(this.#repository, to);
    for await (const changes of tellingDamage(stream)) {
      if (!Array.isArray(changes)) {
        this.#pieces = this.#pieces.filter((piece) => piece.draft !== draft);
        this.#close(draft);
        return changes;
      }
      this.#pieces.push({draft, changes, isLast: false});
      this.#changeCount += changes.length;
      if (this.#changeCount >= SLICE_CHANGES) await this.#flush();
    }
    this.#pieces.push({draft, changes: [], isLast: true});
    this.#last = draft;
    return undefined;
  }

  async #flush(): Promise<void> {
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#changeCount = 0;
    const changes = pieces.flatMap(({draft, changes}) =>
      changes.map((change) => entryChangeOf(change, draft.commit)),
    );
    const resolved = await this.#writer.resolve(changes);
    let at = 0;
    for (const {draft, changes, isLast} of pieces) {
      draft.seqs ??= this.#begin(draft);
      for (const {removed, added} of resolved.slice(at, at + changes.length)) {
        if (removed !== undefined) draft.seqs.delete(removed);
        if (added === undefined) continue;
        draft.seqs.add(added);
        this.#added.add(added);
      }
      at += changes.length;
      if (isLast) this.#keep(draft);
    }
  }

  #begin(draft: Draft): Bitmap {
    this.#open = draft;
    const {base} = draft;
    assert(!base || base.snapshot, 'a base is resolved before what differs from it');
    return Bitmap.parse(base?.snapshot ?? EMPTY_BITMAP);
  }

  #keep(draft: Draft): void {
    draft.snapshot = draft.seqs!.serialize();
    this.#snapshots.set(draft.commit, draft.snapshot);
    this.#close(draft);
  }

  #close(draft: Draft): void {
    draft.seqs?.[Symbol.dispose]();
    draft.seqs = undefined;
    this.#open = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#added[Symbol.dispose]();
    this.#open?.seqs?.[Symbol.dispose]();
    await this.#diffs[Symbol.asyncDispose]();
  }
}

/** The stream, and at its end the reason if it broke off; failures that do not concern a tree are thrown. */
async function* tellingDamage(stream: AsyncIterable<Change[]>): AsyncGenerator<Change[] | CtrError> {
  try {
    yield* stream;
  } catch (error) {
    if (!isDamage(error)) throw error;
    yield error;
  }
}
