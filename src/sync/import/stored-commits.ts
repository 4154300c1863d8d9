import {addTo, Bitmap} from '../../domain/bitmap.ts';
import type {CommitRecord} from '../../domain/commit.ts';
import type {RevListEntry} from '../../git/rev-list.ts';
import type {IndexStore} from '../../store/index-store.ts';
import {readLiveSeqs} from '../removal/live-refs.ts';

/**
 * Which of these commits a run that died has stored, and may be kept as they are. No ref has shown them, so what they
 * build on may have been removed since: one that does not hold together any more is deleted here, to be stored anew,
 * unless a live ref reaches it.
 *
 * One holds together if its parents are stored, its history is theirs and itself, its snapshot is a difference from
 * the same keyframe as its first parent's, and every entry of it is stored. The chunk is in the order of the stream,
 * parents first. Costs nothing where none of them is stored.
 */
export async function keepStored(
  {store, repo, hasSnapshots}: {store: IndexStore; repo: string; hasSnapshots: boolean},
  chunk: readonly RevListEntry[],
): Promise<Set<string>> {
  const known = await store.readKnownCommits(
    repo,
    chunk.map(({oid}) => oid),
  );
  if (known.size === 0) return known;
  const outside = new Set(chunk.flatMap(({parents}) => parents)).difference(
    new Set(chunk.map(({oid}) => oid)),
  );
  const stored = await store.readCommits(repo, [...known]);
  const kept = await store.readCommits(repo, [...outside]);
  const whole: CommitRecord[] = [];
  for (const {oid, parents} of chunk) {
    const record = stored.get(oid);
    if (!record || !followsFrom(record, parents, kept)) continue;
    kept.set(oid, record);
    whole.push(record);
  }
  const sound = hasSnapshots && !(await hasEntries(store, whole)) ? [] : whole;
  const oids = new Set(sound.map(({oid}) => oid));
  const broken = [...stored.values()].filter(({oid}) => !oids.has(oid));
  if (broken.length === 0) return oids;
  using live = await readLiveSeqs(store, {repo, head: undefined});
  using dead = Bitmap.of(broken.map(({seq}) => seq));
  dead.removeAll(live.commits);
  await store.deleteCommits(repo, dead.serialize());
  // Under its number refs know it: `ctr verify --repair` makes it anew in its place.
  for (const {oid, seq} of broken) if (live.commits.has(seq)) oids.add(oid);
  return oids;
}

function followsFrom(
  {seq, history, snapshot}: CommitRecord,
  parents: readonly string[],
  kept: ReadonlyMap<string, CommitRecord>,
): boolean {
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

async function hasEntries(store: IndexStore, commits: readonly CommitRecord[]): Promise<boolean> {
  using shown = Bitmap.of();
  for (const {snapshot} of commits) {
    if (!snapshot) return false;
    addTo(shown, snapshot.added);
  }
  await store.refresh();
  const {total} = await store.search({query: {clauses: []}, snapshot: shown.serialize(), limit: 0});
  return total === shown.size;
}
