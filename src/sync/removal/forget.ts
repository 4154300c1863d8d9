import {Bitmap} from '../../domain/bitmap.ts';
import type {EntrySummary} from '../../domain/entry.ts';
import {scanLiveRefs} from '../../store/live-refs.ts';
import {FIND_OIDS_MAX, type StoredEntryFilter} from '../../store/ports/entries.ts';
import {objectKeyOf} from '../../store/ports/object-store.ts';
import {chunks} from '../../util/chunks.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {sync} from '../sync.ts';
import {openSyncRun, type SyncDeps, type SyncRun} from '../sync-run.ts';
import {deleteObjects} from './delete-objects.ts';
import {type HeldLease, takeLease} from './held-lease.ts';
import {readLiveEntries} from './live-entries.ts';
import {type LiveSeqs, readLiveSeqs} from './live-refs.ts';
import {deleteCondemned} from './remove-dead.ts';
import {removeUnfinished, type UnfinishedReport} from './unfinished.ts';

/** What is to be forgotten: a path with everything below it, or a blob under whatever path. */
export type ForgetTarget = {readonly path: string} | {readonly oid: string};

/** What was found in one store, and is gone from it. */
export interface StoreForgotten {
  /** What the store held of it at the beginning; a sync of this run may have removed it before forget did. */
  readonly removed: {readonly entries: number; readonly commits: number; readonly objects: number};
  /** Unfinished writes of objects: nobody can tell what they hold. */
  readonly unfinished: UnfinishedReport;
  readonly paths: readonly string[];
  readonly oids: readonly string[];
  /** The engine whose files were rewritten without what was deleted; null where that did not succeed. */
  readonly expunged: string | null;
  /** Why not, in the engine's words; null where it did. */
  readonly notExpunged: string | null;
  /** The same bytes under other paths, which stay: of this repository, and of others in a shared index. */
  readonly sameContent: readonly {readonly repository: string; readonly path: string}[];
}

/** Of the same content under other paths, so many are named. */
const SAME_CONTENT_MAX = 100;

/**
 * No trace of the target is left in this index and its objects, nor in the engine's own files; or, where a ref of the
 * index still shows it, nothing was changed and that is the answer. Brings the index to what `listRefs` says first. The
 * caller has asked Git that no ref reaches it, and holds the repository's lock and that of reindex.
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
  /** Commits that name it, reached by a ref or not. */
  readonly commits: number;
  /** Its object where no entry names it: left by a run that died. */
  readonly orphans: readonly string[];
}

async function findTarget(deps: SyncDeps, target: ForgetTarget): Promise<FoundTarget> {
  const {store, settings} = deps;
  if (!(await store.hasCollections())) return {entries: [], commits: 0, orphans: []};
  await store.refresh();
  const entries = (await Array.fromAsync(store.findEntries(settings.repo, filterOf(target)))).flat();
  using stored = Bitmap.parse(await store.readStoredSeqs(settings.repo, 'commits'));
  using naming = await findNaming(deps, {target, entries, among: stored});
  const isOrphan = 'oid' in target && entries.length === 0;
  const orphans = isOrphan ? await listObjects(deps, [objectKeyOf({...settings, oid: target.oid})]) : [];
  return {entries, commits: naming.size, orphans};
}

function filterOf(target: ForgetTarget): StoredEntryFilter {
  return 'oid' in target ? {oids: [target.oid]} : target;
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

/** Those of the objects that are there. */
async function listObjects({objects}: SyncDeps, keys: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const some of chunks(keys, objects.writeConcurrency)) {
    const sizes = await Promise.all(some.map((key) => objects.stat(key)));
    found.push(...some.filter((_, at) => sizes[at] !== undefined));
  }
  return found;
}

/** Refs of the index that show one of the entries although Git's do not: those that Git could not read. */
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

interface Found {
  readonly target: ForgetTarget;
  readonly entries: readonly EntrySummary[];
  readonly live: LiveSeqs;
}

/** Everything stored that has it is gone: no ref reaches it, so all of that is dead. Returns how many commits were. */
async function removeTarget(run: SyncRun, {target, entries, live}: Found): Promise<number> {
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

/** An object may be there that no entry names: left by a run that died. */
async function deleteOrphan({deps}: SyncRun, lease: HeldLease, target: ForgetTarget): Promise<void> {
  const {store, objects, settings} = deps;
  if (!('oid' in target)) return;
  const naming = await Array.fromAsync(store.findEntries(settings.repo, {oids: [target.oid]}));
  const key = objectKeyOf({...settings, oid: target.oid});
  if (naming.flat().length > 0 || (await objects.stat(key)) === undefined) return;
  await deleteObjects(deps, lease, new Map([[key, target.oid]]));
}

/** Why the engine could not rewrite its files; null where it did. What was removed stays removed, and is to be told. */
async function expunge({store}: SyncDeps): Promise<string | null> {
  try {
    await store.expunge();
    return null;
  } catch (error) {
    if (error instanceof CtrError) return error.message;
    throw error;
  }
}

/** Where the same bytes are: not what was asked to be forgotten, and still what somebody may have meant. */
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
