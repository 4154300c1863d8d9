import {Bitmap, intersection, union} from '../domain/bitmap.ts';
import type {CommitNode, CommitSummary} from '../domain/commit.ts';
import {chunks} from '../util/chunks.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {Reader} from './open-reader.ts';
import type {Revision} from './resolve-revision.ts';

/** Commits that are looked at for one answer; what has changed before is not known. */
export const COMMITS_MAX = 20_000;
const NODES_BATCH = 200;

/** Entries whose path was last changed by the same commit. */
export interface LastChange {
  readonly commit: CommitSummary;
  /** Roaring bitmap of seqs, portable 32-bit format. */
  readonly seqs: Uint8Array;
}

/**
 * The commit that changed each entry's path last, at the revision that shows the entry (the first of several): the one
 * that `git log -1 <revision> -- <path>` names. Newest first, in the order of a log; ends after the newest 20,000
 * commits. The caller takes as many as it needs: the cost is that of the commits walked until then.
 *
 * Walks from the tips to the parents, with each entry along the line that brought it: from a commit to the first parent
 * that shows the same entry. A commit of which no parent shows it has changed the path.
 * @throws QUERY where the files of commits are not indexed
 */
export async function* readLastChanges(
  reader: Reader,
  entries: Uint8Array,
  revisions: readonly Revision[],
): AsyncGenerator<LastChange> {
  using walk = new Walk(reader);
  using left = Bitmap.parse(entries);
  for (const {commit, snapshot} of revisions) {
    using here = intersection(left.serialize(), snapshot);
    left.removeAll(here);
    walk.add(commit, here);
  }
  const history = revisions.map((revision) => revision.history).reduce(union);
  for await (const batch of reader.store.listCommits({history, limit: COMMITS_MAX, pathsMax: 0})) {
    for (const commits of chunks(batch, NODES_BATCH)) {
      await walk.readAhead(commits);
      for (const commit of commits) {
        const seqs = await walk.pass(commit);
        if (seqs) yield {commit, seqs};
        if (walk.isOver) return;
      }
    }
  }
}

/** The entries that are on their way, by the commit that they have come to. */
class Walk implements Disposable {
  readonly #reader: Reader;
  readonly #entries = new Map<string, Bitmap>();
  #nodes = new Map<string, CommitNode>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get isOver(): boolean {
    return this.#entries.size === 0;
  }

  add(oid: string, seqs: Bitmap): void {
    if (seqs.size === 0) return;
    const there = this.#entries.get(oid);
    if (there) there.addAll(seqs);
    else this.#entries.set(oid, seqs.clone());
  }

  /** Reads what `pass` will need of these commits, in few requests. */
  async readAhead(commits: readonly CommitSummary[]): Promise<void> {
    const {store, repository, snapshots} = this.#reader;
    const oids = commits.map(({oid}) => oid);
    this.#nodes = await store.readCommits(repository.id, oids);
    await snapshots.readAhead(this.#nodes.values());
  }

  /** Moves the entries at this commit to its parents. Returns those that no parent shows; undefined: none. */
  async pass({oid, parents}: CommitSummary): Promise<Uint8Array | undefined> {
    using entries = this.#entries.get(oid);
    if (!entries) return undefined;
    this.#entries.delete(oid);
    for (const parent of parents) {
      if (entries.size === 0) break;
      using shown = Bitmap.parse(await this.#readSnapshot(parent));
      shown.retainAll(entries);
      entries.removeAll(shown);
      this.add(parent, shown);
    }
    return entries.size === 0 ? undefined : entries.serialize();
  }

  async #readSnapshot(oid: string): Promise<Uint8Array> {
    const {store, repository, snapshots} = this.#reader;
    const node = this.#nodes.get(oid) ?? (await store.readCommits(repository.id, [oid])).get(oid);
    const snapshot = node && (await snapshots.readSnapshot(node));
    if (snapshot) return snapshot;
    throw new CtrError(
      'QUERY',
      'sort:date needs the files of every commit, and the index has those of tips only',
      {
        hint: 'Sort by path, or index with ctr.history = all.',
      },
    );
  }

  [Symbol.dispose](): void {
    for (const entries of this.#entries.values()) entries[Symbol.dispose]();
  }
}
