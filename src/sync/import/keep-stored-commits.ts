import {addTo, Bitmap} from '../../domain/bitmap.ts';
import type {CommitNode} from '../../domain/commit.ts';
import {EVERYTHING} from '../../domain/query/query.ts';
import type {RevListEntry} from '../../git/rev-list.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';

/** A stored commit that is made again: its number, and if others are stored as differences from it. */
export interface RenewedCommit {
  readonly seq: number;
  readonly isKeyframe: boolean;
}

/** Parameters of `keepStoredCommits`. */
export interface StoredCommits {
  readonly store: IndexStore;
  readonly repo: string;
  readonly hasSnapshots: boolean;
  /** The renewed commits of this run so far, by oid. `keepStoredCommits` adds to it. */
  readonly renewed: Map<string, RenewedCommit>;
  /** Numbers of the commits that refs reach. */
  readonly readLive: () => Promise<Bitmap>;
  /** True for commits whose document is wrong and has the right number: they are renewed without being read. */
  readonly isDamaged?: ((oid: string) => boolean) | undefined;
}

/**
 * Returns the commits that are stored already and valid, by an interrupted run or because a ref reaches them. The commits
 * and entries that they depend on may be deleted since, or different if the shallow boundary has moved. An invalid commit
 * is stored again: under its number if a live ref reaches it (then it is `renewed`), else it is deleted here.
 *
 * A commit is valid if its parents are Git's and are kept, its history is theirs and itself, its snapshot is a difference
 * from the same keyframe as its first parent's, and all its entries are stored. The chunk is in the order of the stream,
 * parents first. Costs nothing if none of them is stored.
 */
export async function keepStoredCommits(
  {store, repo, hasSnapshots, renewed, readLive, isDamaged = () => false}: StoredCommits,
  chunk: readonly RevListEntry[],
): Promise<Set<string>> {
  const own = chunk.map(({oid}) => oid);
  const known = await store.readKnownCommits(repo, own);
  if (known.size === 0) return known;
  const outside = new Set(chunk.flatMap(({parents}) => parents)).difference(new Set(own));
  const damaged = await store.readCommitSeqs(repo, [...known].filter(isDamaged));
  for (const [oid, seq] of damaged) renewed.set(oid, {seq, isKeyframe: false});
  const stored = await store.readCommits(repo, [...known.difference(damaged)]);
  // A renewed commit may not be written yet: commits that depend on it are invalid.
  const kept = await store.readCommits(repo, [...outside.difference(renewed)]);
  const whole: CommitNode[] = [];
  for (const {oid, parents} of chunk) {
    const record = stored.get(oid);
    if (!record || !followsFrom(record, parents, kept)) continue;
    kept.set(oid, record);
    whole.push(record);
  }
  const follows = new Set(whole.map(({oid}) => oid));
  const sound = hasSnapshots && !(await hasEntries(store, whole)) ? [] : whole;
  const oids = new Set(sound.map(({oid}) => oid));
  const broken = [...stored.values()].filter(({oid}) => !oids.has(oid));
  if (broken.length === 0) return oids;
  const live = await readLive();
  using dead = Bitmap.of(broken.map(({seq}) => seq));
  dead.removeAll(live);
  await store.deleteCommits(repo, dead.serialize());
  for (const {oid, seq, snapshot} of broken) {
    if (!live.has(seq)) continue;
    // Its entries are lost: `ctr verify --repair` makes them again under their numbers.
    if (follows.has(oid)) oids.add(oid);
    else renewed.set(oid, {seq, isKeyframe: snapshot !== undefined && snapshot.base === undefined});
  }
  return oids;
}

function followsFrom(
  record: CommitNode,
  parents: readonly string[],
  kept: ReadonlyMap<string, CommitNode>,
): boolean {
  const {seq, history, snapshot} = record;
  if (record.parents.join() !== parents.join()) return false;
  using reached = Bitmap.parse(history);
  using expected = Bitmap.of([seq]);
  for (const oid of parents) {
    const parent = kept.get(oid);
    if (!parent) return false;
    addTo(expected, parent.history);
  }
  if (!reached.equals(expected)) return false;
  if (snapshot?.base === undefined) return true;
  const [first] = parents;
  const before = first === undefined ? undefined : kept.get(first);
  return before !== undefined && snapshot.base === (before.snapshot?.base ?? before.oid);
}

async function hasEntries(store: IndexStore, commits: readonly CommitNode[]): Promise<boolean> {
  using shown = Bitmap.of();
  for (const {snapshot} of commits) {
    if (!snapshot) return false;
    addTo(shown, snapshot.added);
  }
  await store.refresh();
  const {total} = await store.search({expression: EVERYTHING, snapshot: shown.serialize(), limit: 0});
  return total === shown.size;
}
