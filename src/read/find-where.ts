import {Bitmap} from '../domain/bitmap.ts';
import type {EntrySummary} from '../domain/entry.ts';
import {assertNotLost} from './assert-not-lost.ts';
import {trimPath} from './list-directory.ts';
import type {Reader} from './open-reader.ts';
import {readLiveRefs} from './read-live-refs.ts';

/** A ref that shows the path. */
export interface Place {
  /** Full name. */
  readonly ref: string;
  readonly commit: string;
  /** The entry at that path; null if the path is a directory. */
  readonly entry: EntrySummary | null;
}

export interface Whereabouts {
  readonly path: string;
  /** HEAD's branch first, then branches, tags and others by name. */
  readonly places: readonly Place[];
  /** False where there were more refs, or more versions, than were looked at. */
  readonly isComplete: boolean;
}

/** Every ref that has a file or a directory at `path`, of the first `refsMax` refs. */
export async function findWhere(
  reader: Reader,
  {path: given, refsMax = 500}: {path: string; refsMax?: number | undefined},
): Promise<Whereabouts> {
  const path = trimPath(given);
  const {versions, isDirectory, isAll} = await listVersions(reader, path);
  if (versions.length === 0) {
    await assertNotLost(reader);
    return {path, places: [], isComplete: true};
  }
  const places: Place[] = [];
  let refsSeen = 0;
  for await (const {name, commit, snapshot} of readLiveRefs(reader, {limit: refsMax + 1})) {
    if (++refsSeen > refsMax) break;
    using seqs = Bitmap.parse(snapshot);
    const entry = versions.find(({seq}) => seqs.has(seq));
    if (entry) places.push({ref: name, commit: commit!, entry: isDirectory ? null : entry});
  }
  return {path, places, isComplete: isAll && refsSeen <= refsMax};
}

/** Everything that was ever stored at the path or, where no file was, some of what was below it. */
async function listVersions(
  {store, repository}: Reader,
  path: string,
): Promise<{versions: EntrySummary[]; isDirectory: boolean; isAll: boolean}> {
  const snapshot = {repo: repository.id};
  const versions = (await Array.fromAsync(store.scanEntries({snapshot, path}))).flat();
  if (versions.length > 0) return {versions, isDirectory: false, isAll: true};
  const batches = store.scanEntries({snapshot, under: path})[Symbol.asyncIterator]();
  const first = await batches.next();
  const isAll = first.done === true || (await batches.next()).done === true;
  await batches.return?.();
  return {versions: first.done ? [] : first.value, isDirectory: true, isAll};
}
