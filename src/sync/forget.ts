import {Bitmap} from '../domain/bitmap.ts';
import type {EntrySummary} from '../domain/entry.ts';
import type {IndexStore} from '../store/index-store.ts';
import {scanLiveRefs} from '../store/live-refs.ts';
import {objectKeyOf} from '../store/object-store.ts';
import {chunks} from '../util/chunks.ts';
import {forgetFailures} from './failures.ts';
import {takeLease} from './held-lease.ts';
import {type LiveSeqs, readLiveSeqs} from './live-refs.ts';
import {deleteCondemned} from './remove-dead.ts';
import {sync} from './sync.ts';
import {openSyncRun, type SyncDeps, type SyncRun} from './sync-run.ts';

/** IndexStore.scanCommits and findEntries take no more. */
const PER_READ = 1000;

/** What is to be forgotten: a path with everything below it, or a blob under whatever path. */
export type ForgetTarget = {readonly path: string} | {readonly oid: string};

/** A ref that still leads to it, and the newest commit there that does. */
export interface ReachingRef {
  readonly ref: string;
  readonly commit: string;
}

/** What was removed, and where the hands of ctr end. */
export interface ForgetReceipt {
  readonly type: 'forget';
  readonly target: ForgetTarget;
  /** ISO 8601, UTC. */
  readonly forgottenAt: string;
  /** Of what was still stored; a sync may have removed it before. */
  readonly removed: {readonly entries: number; readonly commits: number; readonly objects: number};
  /** What was looked for and is not there any more. */
  readonly paths: readonly string[];
  readonly oids: readonly string[];
  /** The engine whose files were rewritten without what was deleted. */
  readonly expunged: string;
  /** Places that ctr does not reach. */
  readonly mayRemain: readonly string[];
}

/**
 * No trace of the target is left in index and objects, nor in the engine's own files; or, where a ref still reaches
 * it, nothing was changed and those refs are the answer. Brings the index to what Git has first. The caller holds the
 * repository's lock.
 */
export async function forget(
  deps: SyncDeps,
  target: ForgetTarget,
): Promise<ForgetReceipt | {readonly reachedBy: readonly ReachingRef[]}> {
  await sync(deps);
  using run = openSyncRun(deps);
  const {store, settings} = deps;
  await store.refresh();
  using live = await readLiveSeqs(store, {repo: settings.repo, head: undefined});
  const entries = await findTarget(store, settings.repo, target);
  const reachedBy = await findReaching(run, {target, entries, live});
  if (reachedBy.length > 0) return {reachedBy};

  const objects = await removeTarget(run, {target, entries, live});
  forgetFailures(deps.failuresFile, ({name, oid}) =>
    'oid' in target ? oid === target.oid : isAtOrBelow(name, target.path),
  );
  await store.expunge();
  return {
    type: 'forget',
    target,
    forgottenAt: deps.now().toISOString(),
    removed: {entries: run.counts.entriesRemoved, commits: run.counts.commitsRemoved, objects},
    paths: [...new Set(entries.map(({path}) => path))].sort(),
    oids: [...new Set(entries.map(({oid}) => oid))].sort(),
    expunged: store.engine,
    mayRemain: placesOutside(deps),
  };
}

async function findTarget(
  store: IndexStore,
  repo: string,
  target: ForgetTarget,
): Promise<readonly EntrySummary[]> {
  const by = 'oid' in target ? {oids: [target.oid]} : target;
  return (await Array.fromAsync(store.findEntries(repo, by))).flat();
}

interface Search {
  readonly target: ForgetTarget;
  readonly entries: readonly EntrySummary[];
  readonly live: LiveSeqs;
}

/** A ref reaches a path if a commit of its history changed it, a blob if one of them shows it. */
async function findReaching(run: SyncRun, search: Search): Promise<ReachingRef[]> {
  const {store, settings} = run.deps;
  const showing = new Map<number, string>();
  for await (const {seq, oid} of showingCommits(run, search)) showing.set(seq, oid);
  const reaching: ReachingRef[] = [];
  for await (const {name, commit, history, snapshot} of scanLiveRefs(store, {
    repo: settings.repo,
    head: undefined,
  })) {
    using reached = Bitmap.parse(history);
    const through = [...showing].filter(([seq]) => reached.has(seq)).at(-1)?.[1];
    const atTip = hasAny(snapshot, search.entries) ? commit : undefined;
    const by = atTip ?? through;
    if (by !== undefined) reaching.push({ref: name, commit: by});
  }
  return reaching.sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

async function* showingCommits(
  {deps: {store, settings}, snapshots}: SyncRun,
  {target, entries, live}: Search,
): AsyncGenerator<{seq: number; oid: string}> {
  const history = live.commits.serialize();
  if ('path' in target) {
    for await (const commits of store.listCommits({history, path: target.path})) yield* commits.toReversed();
    return;
  }
  const paths = [...new Set(entries.map(({path}) => path))];
  for (const some of chunks(paths, PER_READ)) {
    for await (const commits of store.scanCommits(settings.repo, {seqs: history, paths: some})) {
      for (const commit of commits) {
        const snapshot = await snapshots.readSnapshot(commit);
        if (snapshot && hasAny(snapshot, entries)) yield commit;
      }
    }
  }
}

function hasAny(snapshot: Uint8Array, entries: readonly EntrySummary[]): boolean {
  using shown = Bitmap.parse(snapshot);
  return entries.some(({seq}) => shown.has(seq));
}

/** Everything stored that has it is gone: no ref reaches it, so all of that is dead. Returns how many objects were. */
async function removeTarget(run: SyncRun, {target, entries, live}: Search): Promise<number> {
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
  return run.counts.objectsRemoved + (await deleteOrphan(run, target));
}

/** An object may be there that no entry names: left by a run that died. */
async function deleteOrphan(
  {deps: {store, objects, settings}}: SyncRun,
  target: ForgetTarget,
): Promise<number> {
  if (!('oid' in target)) return 0;
  const naming = await Array.fromAsync(store.findEntries(settings.repo, {oids: [target.oid]}));
  const key = objectKeyOf({...settings, oid: target.oid});
  if (naming.flat().length > 0 || (await objects.stat(key)) === undefined) return 0;
  await objects.delete([key]);
  return 1;
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
