import {Bitmap} from '../../domain/bitmap.ts';
import type {EntrySummary} from '../../domain/entry.ts';
import {FIND_OIDS_MAX} from '../../store/ports/entries.ts';
import {objectKeyOf} from '../../store/ports/object-store.ts';
import {scanLiveRefs} from '../../store/scan-live-refs.ts';
import {chunks} from '../../util/chunks.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {sync} from '../sync.ts';
import {openSyncRun, type SyncDeps, type SyncRun} from '../sync-run.ts';
import {deleteObjects} from './delete-objects.ts';
import {type HeldLease, takeLease} from './held-lease.ts';
import {type LiveSeqs, readLiveEntries, readLiveSeqs} from './live-seqs.ts';
import {deleteCondemned} from './remove-dead.ts';
import {removeUnfinished, type UnfinishedReport} from './unfinished.ts';

/** The content to forget: a path with everything below it, or a blob under any path. */
export type ForgetTarget = {readonly path: string} | {readonly oid: string};

/** The content that was found in one store, and removed. */
export interface StoreForgotten {
  /** Counts from the beginning; the sync of this run may have removed it before forget did. */
  readonly removed: {readonly entries: number; readonly commits: number; readonly objects: number};
  /** Unfinished writes of objects, whose content is unknown. */
  readonly unfinished: UnfinishedReport;
  readonly paths: readonly string[];
  readonly oids: readonly string[];
  /** The engine that has rewritten its files without the deleted content; null if that failed. */
  readonly expunged: string | null;
  /** The engine's reason for that failure; null if there was none. */
  readonly notExpunged: string | null;
  /** The same bytes under other paths, which stay: of this repository, and of others in a shared index. */
  readonly sameContent: readonly {readonly repository: string; readonly path: string}[];
}

/** Most paths of `sameContent` that are named. */
const SAME_CONTENT_MAX = 100;

/**
 * Removes every trace of the target from this index, its objects, and the engine's own files. If a ref of the index
 * still shows the target, nothing is removed, and those refs are returned. First syncs the index to `listRefs`. The caller
 * has checked that no ref of Git reaches the target, and holds the repository's lock and that of reindex.
 */
export async function forgetInStore(
  deps: SyncDeps,
  target: ForgetTarget,
): Promise<StoreForgotten | {readonly shownBy: readonly string[]}> {
  const {store, settings} = deps;
  const before = await findTarget(deps, target);
  await sync(deps);
  using run = openSyncRun(deps);
  await store.refresh();
  using live = await readLiveSeqs(store, {repo: settings.repo, head: undefined});
  const {entries} = await findTarget(deps, target);
  const shownBy = await listShowing(run, entries, live);
  if (shownBy.length > 0) return {shownBy};

  const removedCommits = await removeTarget(run, {target, entries, live});
  const all = [...new Map([...before.entries, ...entries].map((entry) => [entry.seq, entry])).values()];
  const unfinished = await removeUnfinished(deps, {isDryRun: false});
  const notExpunged = await expunge(deps);
  const oids = [...new Set(all.map(({oid}) => oid))].sort();
  const keys = [...new Set([...before.orphans, ...all.flatMap(({objectKey}) => objectKey ?? [])])];
  return {
    removed: {
      entries: all.length,
      commits: Math.max(before.commits, removedCommits),
      objects: keys.length - (await listObjects(deps, keys)).length,
    },
    unfinished,
    paths: [...new Set(all.map(({path}) => path))].sort(),
    oids,
    expunged: notExpunged === null ? store.engine : null,
    notExpunged,
    sameContent: await findSameContent(deps, oids),
  };
}

interface FoundTarget {
  readonly entries: readonly EntrySummary[];
  /** Commits that name it, reachable or not. */
  readonly commits: number;
  /** Its object, if no entry names it: left by an interrupted run. */
  readonly orphans: readonly string[];
}

async function findTarget(deps: SyncDeps, target: ForgetTarget): Promise<FoundTarget> {
  const {store, settings} = deps;
  if (!(await store.hasCollections())) return {entries: [], commits: 0, orphans: []};
  await store.refresh();
  const filter = 'oid' in target ? {oids: [target.oid]} : target;
  const entries = (await Array.fromAsync(store.findEntries(settings.repo, filter))).flat();
  using stored = Bitmap.parse(await store.readStoredSeqs(settings.repo, 'commits'));
  using naming = await findNaming(deps, {target, entries, among: stored});
  const isOrphan = 'oid' in target && entries.length === 0;
  const orphans = isOrphan ? await listObjects(deps, [objectKeyOf({...settings, oid: target.oid})]) : [];
  return {entries, commits: naming.size, orphans};
}

/** The commits that changed the path, or one of the paths at which the blob is. */
async function findNaming(
  {store}: SyncDeps,
  {target, entries, among}: {target: ForgetTarget; entries: readonly EntrySummary[]; among: Bitmap},
): Promise<Bitmap> {
  const naming = Bitmap.of();
  const history = among.serialize();
  for (const path of 'path' in target ? [target.path] : new Set(entries.map(({path: at}) => at))) {
    for await (const commits of store.listCommits({history, path, pathsMax: 0}))
      for (const {seq} of commits) naming.add(seq);
  }
  return naming;
}

/** The objects that exist. */
async function listObjects({objects}: SyncDeps, keys: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const some of chunks(keys, objects.writeConcurrency)) {
    const sizes = await Promise.all(some.map((key) => objects.stat(key)));
    found.push(...some.filter((_, at) => sizes[at] !== undefined));
  }
  return found;
}

/** Refs of the index that show one of the entries although Git's do not: Git could not read them. */
async function listShowing(
  {deps: {store, settings}}: SyncRun,
  entries: readonly EntrySummary[],
  live: LiveSeqs,
): Promise<string[]> {
  using shown = await readLiveEntries(store, settings, live);
  if (!entries.some(({seq}) => shown.has(seq))) return [];
  const names: string[] = [];
  for await (const {name} of scanLiveRefs(store, {repo: settings.repo, head: undefined})) names.push(name);
  return names.sort();
}

/** Deletes all stored documents with the target; all are dead, since no ref reaches it. Returns the number of commits. */
async function removeTarget(
  run: SyncRun,
  {target, entries, live}: {target: ForgetTarget; entries: readonly EntrySummary[]; live: LiveSeqs},
): Promise<number> {
  const {store, settings} = run.deps;
  const lease = await takeLease(store, settings.repo);
  await deleteCondemned(run, lease);
  using dead = Bitmap.of(entries.map(({seq}) => seq));
  using deadCommits = Bitmap.parse(await store.readStoredSeqs(settings.repo, 'commits'));
  deadCommits.removeAll(live.commits);
  using naming = await findNaming(run.deps, {target, entries, among: deadCommits});
  await lease.put({condemned: {commits: naming.serialize(), entries: dead.serialize()}});
  await deleteCondemned(run, lease);
  await deleteOrphan(run, lease, target);
  return run.counts.commitsRemoved;
}

/** Deletes an object that no entry names: left by an interrupted run. */
async function deleteOrphan({deps}: SyncRun, lease: HeldLease, target: ForgetTarget): Promise<void> {
  const {store, objects, settings} = deps;
  if (!('oid' in target)) return;
  const naming = await Array.fromAsync(store.findEntries(settings.repo, {oids: [target.oid]}));
  const key = objectKeyOf({...settings, oid: target.oid});
  if (naming.flat().length > 0 || (await objects.stat(key)) === undefined) return;
  await deleteObjects(deps, lease, new Map([[key, target.oid]]));
}

/** Makes the engine rewrite its files. Returns the reason if it could not; the removal itself stays valid. */
async function expunge({store}: SyncDeps): Promise<string | null> {
  try {
    await store.expunge();
    return null;
  } catch (error) {
    if (error instanceof CtrError) return error.message;
    throw error;
  }
}

/** Places of the same bytes, which are not forgotten: the user may have meant them, too. */
async function findSameContent(
  {store}: SyncDeps,
  oids: readonly string[],
): Promise<StoreForgotten['sameContent']> {
  const found: {repository: string; path: string}[] = [];
  for (const {id, name} of oids.length === 0 ? [] : await store.listRepositories()) {
    for (const some of chunks(oids, FIND_OIDS_MAX)) {
      for await (const entries of store.findEntries(id, {oids: some}))
        found.push(...entries.map(({path}) => ({repository: name, path})));
      if (found.length >= SAME_CONTENT_MAX) return found.slice(0, SAME_CONTENT_MAX);
    }
  }
  return found;
}
