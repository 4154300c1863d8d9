import type {Bitmap} from '../../domain/bitmap.ts';
import type {ChangedPaths} from '../../domain/ref-event.ts';
import type {IndexReader} from '../../store/ports/index-store.ts';

/** Limit of one list of one event. */
const LIST_MAX = 10_000;

/** Two sets are paired by their paths, which are all in memory for that: some 100 bytes each. */
const PAIRED_MAX = 200_000;

/** The number of items that the events of one sync may still list. */
export interface ListBudget {
  itemsLeft: number;
}

/** The newest of these commits, parents before children. */
export async function readCommitOids(
  store: IndexReader,
  history: Bitmap,
  budget: ListBudget,
): Promise<string[]> {
  const limit = Math.min(history.size, LIST_MAX, budget.itemsLeft);
  const oids: string[] = [];
  if (limit === 0) return oids;
  for await (const batch of store.listCommits({history: history.serialize(), limit, pathsMax: 0})) {
    for (const {oid} of batch) oids.push(oid);
  }
  budget.itemsLeft -= oids.length;
  return oids.reverse();
}

/**
 * The paths of these two sets of entries; paths in both are changed. Sorted; `totals` also counts cut ones. If the two sets
 * have more than 200,000 entries together, nothing is read: the lists are empty, and a changed path counts as added and
 * as removed.
 */
export async function readChangedPaths(
  store: IndexReader,
  {added, removed}: {added: Bitmap; removed: Bitmap},
  budget: ListBudget,
): Promise<{paths: ChangedPaths; totals: Record<keyof ChangedPaths, number>}> {
  const isPaired = added.size > 0 && removed.size > 0;
  if (isPaired && added.size + removed.size > PAIRED_MAX) {
    return {
      paths: {added: [], changed: [], removed: []},
      totals: {added: added.size, changed: 0, removed: removed.size},
    };
  }
  // If all entries are added, or all are removed, they are counted without being read.
  const pathsMax = isPaired ? Number.POSITIVE_INFINITY : Math.min(LIST_MAX, budget.itemsLeft);
  const gone = new Set(await readPaths(store, removed, pathsMax));
  const come = await readPaths(store, added, pathsMax);
  const changed = come.filter((path) => gone.delete(path));
  const isChanged = new Set(changed);
  const all = {added: come.filter((path) => !isChanged.has(path)), changed, removed: [...gone]};
  const totals = {
    added: added.size - changed.length,
    changed: changed.length,
    removed: removed.size - changed.length,
  };
  return {
    paths: {
      added: cut(all.added, budget),
      changed: cut(all.changed, budget),
      removed: cut(all.removed, budget),
    },
    totals,
  };
}

/** The paths of the entries, at most `max` of them, in no particular order. */
async function readPaths(store: IndexReader, entries: Bitmap, max: number): Promise<string[]> {
  const paths: string[] = [];
  if (entries.size === 0 || max === 0) return paths;
  for await (const batch of store.scanEntries({snapshot: entries.serialize()})) {
    for (const {path} of batch) paths.push(path);
    if (paths.length >= max) return paths.slice(0, max);
  }
  return paths;
}

function cut(paths: readonly string[], budget: ListBudget): string[] {
  const kept = paths.toSorted().slice(0, Math.min(LIST_MAX, budget.itemsLeft));
  budget.itemsLeft -= kept.length;
  return kept;
}
