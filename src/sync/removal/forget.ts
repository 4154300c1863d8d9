import {Bitmap} from '../../domain/bitmap.ts';
import type {EntrySummary} from '../../domain/entry.ts';
import {findReach, type Reach} from '../../git/reaching-refs.ts';
import {scanLiveRefs} from '../../store/live-refs.ts';
import {objectKeyOf} from '../../store/object-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {forgetFailures} from '../failures.ts';
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

/** What was removed, and where the hands of ctr end. */
export interface ForgetReceipt {
  readonly type: 'forget';
  readonly target: ForgetTarget;
  /** ISO 8601, UTC. */
  readonly forgottenAt: string;
  /** Of what was still stored; a sync may have removed it before. */
  readonly removed: {readonly entries: number; readonly commits: number; readonly objects: number};
  /** Unfinished writes of objects, of whatever content: nobody can tell what they hold. */
  readonly unfinished: UnfinishedReport;
  /** What was found stored. None: it was removed before, or never known under this name. */
  readonly paths: readonly string[];
  readonly oids: readonly string[];
  /** The engine whose files were rewritten without what was deleted; null where that did not succeed. */
  readonly expunged: string | null;
  /** Why not, in the engine's words; null where it did. */
  readonly notExpunged: string | null;
  /** Places that ctr does not reach. */
  readonly mayRemain: readonly string[];
}

/**
 * No trace of the target is left in index and objects, nor in the engine's own files; or, where a ref still reaches
 * it, nothing was changed and that is the answer. Git says what its refs reach, also those that are not indexed.
 * Brings the index to what Git has first. The caller holds the repository's lock and that of reindex.
 */
export async function forget(
  deps: SyncDeps,
  target: ForgetTarget,
): Promise<ForgetReceipt | {readonly reachedBy: Reach}> {
  await sync(deps);
  using run = openSyncRun(deps);
  const {store, settings, repository} = deps;
  const reachedBy = await findReach(repository, target);
  if (reachedBy.refs.length > 0) return {reachedBy};
  await store.refresh();
  using live = await readLiveSeqs(store, {repo: settings.repo, head: undefined});
  const by = 'oid' in target ? {oids: [target.oid]} : target;
  const entries = (await Array.fromAsync(store.findEntries(settings.repo, by))).flat();
  const shown = await listShowing(run, entries, live);
  if (shown.length > 0) return {reachedBy: {refs: shown, commits: []}};

  const objects = await removeTarget(run, {target, entries, live});
  forgetFailures(deps.failuresFile, ({name, oid}) =>
    'oid' in target ? oid === target.oid : isAtOrBelow(name, target.path),
  );
  const unfinished = await removeUnfinished(deps, {isDryRun: false});
  const notExpunged = await expunge(deps);
  return {
    type: 'forget',
    target,
    forgottenAt: deps.now().toISOString(),
    removed: {entries: run.counts.entriesRemoved, commits: run.counts.commitsRemoved, objects},
    unfinished,
    paths: [...new Set(entries.map(({path}) => path))].sort(),
    oids: [...new Set(entries.map(({oid}) => oid))].sort(),
    expunged: notExpunged === null ? store.engine : null,
    notExpunged,
    mayRemain: placesOutside(deps),
  };
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

/** Everything stored that has it is gone: no ref reaches it, so all of that is dead. Returns how many objects were. */
async function removeTarget(run: SyncRun, {target, entries, live}: Found): Promise<number> {
  const {store, settings} = run.deps;
  const lease = await takeLease(store, settings.repo);
  await deleteCondemned(run, lease);
  using dead = Bitmap.of(entries.map(({seq}) => seq));
  using deadCommits = Bitmap.parse(await store.readStoredSeqs(settings.repo, 'commits'));
  deadCommits.removeAll(live.commits);
  using naming = Bitmap.of();
  const history = deadCommits.serialize();
  for (const path of 'path' in target ? [target.path] : new Set(entries.map(({path: at}) => at))) {
    for await (const commits of store.listCommits({history, path}))
      for (const {seq} of commits) naming.add(seq);
  }
  await lease.put({condemned: {commits: naming.serialize(), entries: dead.serialize()}});
  await deleteCondemned(run, lease);
  return run.counts.objectsRemoved + (await deleteOrphan(run, lease, target));
}

/** An object may be there that no entry names: left by a run that died. */
async function deleteOrphan({deps}: SyncRun, lease: HeldLease, target: ForgetTarget): Promise<number> {
  const {store, objects, settings} = deps;
  if (!('oid' in target)) return 0;
  const naming = await Array.fromAsync(store.findEntries(settings.repo, {oids: [target.oid]}));
  const key = objectKeyOf({...settings, oid: target.oid});
  if (naming.flat().length > 0 || (await objects.stat(key)) === undefined) return 0;
  await deleteObjects(deps, lease, new Map([[key, target.oid]]));
  return 1;
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

function isAtOrBelow(path: string, target: string): boolean {
  return path === target || path.startsWith(`${target}/`);
}

function placesOutside({store, objects}: SyncDeps): string[] {
  return [
    'the repository itself, until `git reflog expire --expire=now --all` and `git gc --prune=now`; clones of it',
    store.backend === 'opensearch'
      ? 'snapshots of the OpenSearch cluster, slow logs, backups of its disks'
      : 'backups of the folder ctr/ in the repository',
    ...(objects.backend === 's3'
      ? ['earlier versions, where the bucket keeps them, its replicas and backups']
      : []),
    'logs, and whatever scripts and webhooks were told of',
  ];
}
