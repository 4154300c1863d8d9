import {type Bitmap, difference, EMPTY_BITMAP} from '../domain/bitmap.ts';
import type {EntrySummary} from '../domain/entry.ts';
import {encodePath} from '../domain/path.ts';
import type {Reader} from './open-reader.ts';

/** Trees with more differences are not compared: all of them would be in memory, and no reader would read them. */
export const ENTRIES_MAX = 50_000;

/** A path that two trees show differently. `renamed`: the same bytes went from one path to another. */
export interface ChangedFile {
  readonly status: 'added' | 'deleted' | 'modified' | 'renamed';
  /** Where it is now; of a deleted one where it was. */
  readonly path: string;
  readonly before?: EntrySummary | undefined;
  readonly after?: EntrySummary | undefined;
}

/**
 * The changes from one tree to another, sorted by path; undefined if there are more than 50,000. Without `before`: from
 * the empty tree.
 */
export async function compareSnapshots(
  {store}: Reader,
  before: Uint8Array = EMPTY_BITMAP,
  after: Uint8Array,
): Promise<ChangedFile[] | undefined> {
  using gone = difference(before, after);
  using come = difference(after, before);
  if (gone.size + come.size > ENTRIES_MAX) return undefined;
  const scan = async (entries: Bitmap) =>
    (await Array.fromAsync(store.scanEntries({snapshot: entries.serialize()}))).flat();
  return pairEntries(...(await Promise.all([scan(gone), scan(come)])));
}

/** The entries that one tree shows and the other does not, as changes of files, sorted by path. */
export function pairEntries(gone: readonly EntrySummary[], come: readonly EntrySummary[]): ChangedFile[] {
  const old = new Map(gone.map((entry) => [entry.path, entry]));
  const changed: ChangedFile[] = [];
  const added: EntrySummary[] = [];
  for (const after of come) {
    const before = old.get(after.path);
    if (!before) added.push(after);
    else changed.push({status: 'modified', path: after.path, before, after});
    old.delete(after.path);
  }
  const movable = Map.groupBy(old.values(), ({oid}) => oid);
  for (const after of added) {
    const before = movable.get(after.oid)?.pop();
    if (before) old.delete(before.path);
    changed.push({status: before ? 'renamed' : 'added', path: after.path, before, after});
  }
  for (const before of old.values()) changed.push({status: 'deleted', path: before.path, before});
  const keyed = changed.map((file) => ({file, key: encodePath(file.path)}));
  return keyed.sort((a, b) => Buffer.compare(a.key, b.key)).map(({file}) => file);
}
