import {Bitmap, isBitmap} from '../domain/bitmap.ts';
import type {RefMove} from '../domain/plan.ts';
import {filterCommits} from '../git/refs.ts';
import {readParents} from '../git/rev-list.ts';
import {chunks} from '../util/chunks.ts';
import type {Observation} from './observe.ts';
import type {SyncDeps} from './sync-run.ts';

/** Bitmaps that are read together. */
const REFS_PER_READ = 200;

type Deps = Pick<SyncDeps, 'repository' | 'store' | 'settings'>;

/**
 * The live refs whose stored history differs from Git's because the shallow boundary has moved: they reach a commit that
 * has gained or lost its parents. Sorted by name. Costs nothing if the boundary is that of the index; else it reads the
 * commits at both boundaries and the bitmaps of the refs. If a run that changed the histories to a new boundary has died,
 * all live refs are stale.
 */
export async function findStaleRefs(deps: Deps, observation: Observation): Promise<string[]> {
  const {record, isBoundaryMoved, indexed} = observation;
  if (!isBoundaryMoved) return [];
  const live = [...indexed.values()].filter(({state}) => state === 'live').map(({name}) => name);
  if (record?.boundary === undefined) return live;
  using changed = await findChangedCommits(deps, observation);
  if (changed.size === 0) return [];
  const stale: string[] = [];
  for (const names of chunks(live, REFS_PER_READ)) {
    for (const {name, history} of (await deps.store.readRefs(deps.settings.repo, names)).values()) {
      using reached = isBitmap(history) ? Bitmap.parse(history) : undefined;
      if (!reached || reached.intersects(changed)) stale.push(name);
    }
  }
  return stale.sort();
}

/** The moves that write refs again where they are. Refs that move anyway, and such as Git cannot read, are left out. */
export function planRewrites(names: Iterable<string>, {wanted, indexed, broken}: Observation): RefMove[] {
  return [...names].flatMap((name): RefMove[] => {
    const from = indexed.get(name)?.target;
    const to = wanted.get(name);
    if (from === undefined || broken.includes(name)) return [];
    if (to === undefined) return indexed.get(name)!.state === 'deleted' ? [{kind: 'delete', name, from}] : [];
    return from === to ? [{kind: 'move', name, from, to}] : [];
  });
}

/** Numbers of the stored commits that have gained or lost their parents. */
async function findChangedCommits(
  {repository, store, settings: {repo}}: Deps,
  {boundary}: Observation,
): Promise<Bitmap> {
  await store.refresh();
  const isCut = new Set(boundary.oids);
  const changed = Bitmap.of();
  const rootOids = new Set<string>();
  for await (const commits of store.scanCommits(repo, {isRoot: true})) {
    for (const {oid} of commits) rootOids.add(oid);
    const uncut = commits.filter(({oid}) => !isCut.has(oid));
    const oids = uncut.map(({oid}) => oid);
    const present = await filterCommits(repository, oids);
    const parents = await readParents(repository, present);
    for (const {oid, seq} of uncut) if ((parents.get(oid)?.length ?? 0) > 0) changed.add(seq);
  }
  const cut = boundary.oids.filter((oid) => !rootOids.has(oid));
  for (const seq of (await store.readCommitSeqs(repo, cut)).values()) changed.add(seq);
  return changed;
}
