import assert from 'node:assert/strict';
import {Bitmap, EMPTY_BITMAP} from '../../domain/bitmap.ts';
import type {Change} from '../../git/raw-diff.ts';
import type {GitRepository} from '../../git/repository.ts';
import {streamTree} from '../../git/stream-tree.ts';
import {TreeDiffs} from '../../git/tree-diff.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {isDamage} from '../damage.ts';
import {
  type DraftSeqs,
  type EntryChange,
  type EntryWriter,
  entryChangeOf,
  resolveChanges,
} from './entry-writer.ts';

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

/** A tree in progress: its changes so far, as seqs. */
interface Draft extends DraftSeqs {
  readonly commit: string;
  /** The base of its differences; if that is another draft, its snapshot is ready when it is needed. */
  readonly base: {readonly commit: string; readonly snapshot?: Uint8Array | undefined} | undefined;
  /** Set when it is completely resolved. */
  snapshot?: Uint8Array | undefined;
}

/**
 * Reads the seqs of the trees of commits that are stored without a snapshot (`ctr.history = refs`), and stores their new
 * entries. The cost of a tree is its difference from the known one, else from the tree before; or the whole tree without
 * one. One git process computes all differences, and entries of all trees are resolved together, some thousand at a time.
 * `trees` has the tree of every commit, if Git can read it.
 */
export async function readTipTrees(
  {
    repository,
    writer,
    trees,
  }: {repository: GitRepository; writer: EntryWriter; trees: ReadonlyMap<string, string>},
  tips: ReadonlyMap<string, KnownTip | undefined>,
): Promise<TipTrees> {
  await using diffs = new TreeDiffs(repository);
  using added = Bitmap.of();
  const snapshots = new Map<string, Uint8Array>();
  const damaged = new Map<string, string>();
  let changes: {draft: Draft; change: EntryChange}[] = [];
  let ended: Draft[] = [];

  const flush = async () => {
    for (const seq of await resolveChanges(writer, changes)) added.add(seq);
    for (const draft of ended) {
      draft.snapshot = snapshotOf(draft);
      snapshots.set(draft.commit, draft.snapshot);
      // Each draft is kept as the base of the next one.
      draft.added.length = draft.removed.length = 0;
    }
    changes = [];
    ended = [];
  };
  /** The reason why the tree cannot be read. Such a tree has no effect, except that some of its entries are stored. */
  const read = async (draft: Draft): Promise<CtrError | undefined> => {
    const {commit, base} = draft;
    const to = trees.get(commit);
    if (to === undefined) return new CtrError('REPOSITORY', `git cannot read the tree of commit ${commit}`);
    const stream = base ? diffs.read({from: trees.get(base.commit)!, to}) : streamTree(repository, to);
    for await (const some of tellingDamage(stream)) {
      if (!Array.isArray(some)) {
        changes = changes.filter((one) => one.draft !== draft);
        return some;
      }
      for (const change of some) changes.push({draft, change: entryChangeOf(change, commit)});
      if (changes.length >= SLICE_CHANGES) await flush();
    }
    ended.push(draft);
    return undefined;
  };

  let last: Draft | undefined;
  for (const [commit, known] of tips) {
    // A garbage collection may have deleted the old tip; the new one must be readable by itself.
    const base = known && trees.has(known.commit) ? known : last;
    let draft: Draft = {commit, base, added: [], removed: []};
    let damage = await read(draft);
    if (damage && base) {
      draft = {commit, base: undefined, added: [], removed: []};
      damage = await read(draft);
    }
    if (damage) damaged.set(commit, damage.message);
    else last = draft;
  }
  await flush();
  return {snapshots, damaged, added: added.serialize()};
}

function snapshotOf({base, added, removed}: Draft): Uint8Array {
  assert(!base || base.snapshot, 'a base is resolved before what differs from it');
  using seqs = Bitmap.parse(base?.snapshot ?? EMPTY_BITMAP);
  for (const seq of removed) seqs.delete(seq);
  for (const seq of added) seqs.add(seq);
  return seqs.serialize();
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
