import {isDeepStrictEqual} from 'node:util';
import {planReindex} from '../domain/build-settings.ts';
import type {IndexSet, IndexStore, RepositoryRecord} from '../store/index-store.ts';
import {CtrError} from '../util/ctr-error.ts';
import {deleteJsonFile} from '../util/json-file.ts';
import {checkNext} from './check-next.ts';
import {buildSettingsOf} from './claim-repository.ts';
import {readFailures} from './failures.ts';
import {assertNothingLost, copyTombstones, followShown} from './follow-shown.ts';
import {keepsNumbers} from './kept-numbers.ts';
import type {ReindexEvent, ReindexPhase, ReindexSummary} from './reindex-events.ts';
import {shareObjects} from './shared-objects.ts';
import {sync} from './sync.ts';
import type {SyncSummary} from './sync-events.ts';
import type {SyncDeps} from './sync-run.ts';

/** Under the lock the last round should take about as long as the one before, which pushes can wait. */
const SHORT_ROUND_MS = 5000;
/** Where pushes come faster than they are followed, the lock makes an end of it. */
const ROUNDS_MAX = 20;
/** The last one holds the lock from the beginning: nothing can come in between any more. */
const ATTEMPTS_MAX = 3;
/** No search of ours takes longer. */
const READERS_WAIT_MS = 60_000;

/** What a sync of the current generation works with, while no other one runs. */
type LockedDeps = SyncDeps & {readonly store: IndexSet};

export interface ReindexDeps extends Omit<SyncDeps, 'store' | 'numbers' | 'listRefs' | 'events' | 'onEvent'> {
  readonly store: IndexSet;
  /** Where what goes wrong with the next generation is kept meanwhile. */
  readonly failuresFile: string;
  /** Runs `work` while no sync of the repository runs. */
  readonly runLocked: <T>(work: (deps: LockedDeps) => Promise<T>) => Promise<T>;
  readonly onEvent: (event: ReindexEvent) => void;
}

/** One reindex, and what it has done so far. */
interface ReindexRun {
  readonly deps: ReindexDeps;
  /** Numbers of all rounds together. */
  readonly counts: Pick<
    ReindexSummary,
    'entriesWritten' | 'commitsWritten' | 'refsWritten' | 'bytesRead' | 'rounds'
  > & {objectsWritten: number};
  failures: SyncSummary['failures'];
}

/**
 * The index is what it would be if it were built now, by a new generation that took over at once: whoever read went on
 * reading, and pushes went on being indexed until the last moment. Entries and commits keep their numbers, so that a
 * reader who took a ref's bitmap before the swap is right after it. Killed at any point, the index is the old one or
 * the new one, and the next call goes on with what was built. One reindex at a time: the caller sees to it.
 * @throws CONFIG where nothing is indexed, or where others live in the same set; PARTIAL where something would be lost.
 */
export async function reindex(deps: ReindexDeps): Promise<ReindexSummary> {
  const startedAt = deps.now().getTime();
  const record = await readOwnRecord(deps);
  const reasons = planReindex(record.builtWith, buildSettingsOf(deps.settings));
  const counts = {
    entriesWritten: 0,
    commitsWritten: 0,
    objectsWritten: 0,
    refsWritten: 0,
    bytesRead: 0,
    rounds: 0,
  };
  const run: ReindexRun = {deps, counts, failures: []};
  for (let attempt = 1; !(await buildAndSwap(run, {isLocked: attempt === ATTEMPTS_MAX})); attempt++) {
    await dropNext(deps);
    if (attempt === ATTEMPTS_MAX) throw overtaken();
  }
  tell(deps, 'clean');
  await deps.store.hasCollections();
  await deps.store.dropSuperseded(READERS_WAIT_MS);
  const {settings, now} = deps;
  const elapsedMs = now().getTime() - startedAt;
  const summary: ReindexSummary = {
    type: 'summary',
    repo: settings.name,
    reasons,
    ...counts,
    elapsedMs,
    failures: run.failures,
  };
  deps.onEvent(summary);
  return summary;
}

/** False where the next generation has other numbers than the current one: it must be begun again. */
async function buildAndSwap(run: ReindexRun, {isLocked}: {isLocked: boolean}): Promise<boolean> {
  const {deps} = run;
  tell(deps, 'build');
  await using next = await openNext(deps);
  if (!isLocked) await catchUp(run, next);
  return await deps.runLocked((locked) => finish(run, next, locked));
}

/** The next generation shows what Git has, and takes over; or false, where it has other numbers. */
async function finish(run: ReindexRun, next: IndexStore, locked: LockedDeps): Promise<boolean> {
  const {deps} = run;
  const {store, objects, settings} = deps;
  const {repo} = settings;
  tell(deps, 'finish');
  await syncCurrent(locked);
  assertNothingLost(await followOnce(run, next), readFailures(locked.failuresFile));
  await copyTombstones({store, next, repo});
  tell(deps, 'verify');
  await next.refresh();
  if (!(await keepsNumbers({store, next, objects, repo}))) return false;
  await checkNext({store, next, repo});
  tell(deps, 'swap');
  await locked.store.promoteNext();
  deleteJsonFile(deps.failuresFile);
  // What is published was right for the old refs; where they were not what Git says, it is put right now.
  await syncCurrent(locked);
  return true;
}

/** Rounds until one is short: while one runs, the current generation moves on. */
async function catchUp(run: ReindexRun, next: IndexStore): Promise<void> {
  for (let round = 1; round <= ROUNDS_MAX; round++) {
    const {moves, elapsedMs} = await followOnce(run, next);
    if (moves.length === 0 || elapsedMs < SHORT_ROUND_MS) return;
  }
}

async function followOnce(run: ReindexRun, next: IndexStore): Promise<SyncSummary> {
  const {deps, counts} = run;
  const summary = await followShown({
    ...deps,
    next,
    objects: shareObjects(deps.objects, () => counts.objectsWritten++),
    onEvent: exceptPlanAndSummary(deps),
  });
  Object.assign(counts, {
    entriesWritten: counts.entriesWritten + summary.entriesWritten,
    commitsWritten: counts.commitsWritten + summary.commitsWritten,
    refsWritten: counts.refsWritten + summary.refsWritten,
    bytesRead: counts.bytesRead + summary.bytesRead,
    rounds: counts.rounds + 1,
  });
  run.failures = summary.failures;
  return summary;
}

/** The current generation shows what Git has. */
async function syncCurrent(locked: LockedDeps): Promise<void> {
  await sync({...locked, onEvent: () => undefined});
}

/** What an interrupted reindex left, if it was built as it would be now; else from the beginning. */
async function openNext(deps: ReindexDeps): Promise<IndexStore> {
  const {store, settings} = deps;
  const next = await store.openNext();
  const record = (await next.listRepositories()).find(({id}) => id === settings.repo);
  if (!record || isDeepStrictEqual(record.builtWith, [buildSettingsOf(settings)])) return next;
  await next[Symbol.asyncDispose]();
  await dropNext(deps);
  return store.openNext();
}

async function dropNext({store, failuresFile}: ReindexDeps): Promise<void> {
  await store.dropNext();
  deleteJsonFile(failuresFile);
}

/** A new generation would need the documents of all who live in the set, and all their syncs to stand still. */
async function readOwnRecord({store, settings}: ReindexDeps): Promise<RepositoryRecord> {
  const repositories = await store.listRepositories();
  const own = repositories.find(({id}) => id === settings.repo);
  if (!own) {
    throw new CtrError('CONFIG', 'nothing is indexed here yet', {hint: 'Run `ctr sync`.'});
  }
  if (own.isShared || settings.isShared) {
    throw new CtrError('CONFIG', 'an index that repositories share cannot be built anew beside itself', {
      hint: 'Run `ctr uninstall --purge` and `ctr install` in this repository; or give it an index of its own (ctr.index.name).',
    });
  }
  return own;
}

function overtaken(): CtrError {
  return new CtrError('CONFLICT', 'somebody else changes the index while it is built anew', {
    hint: 'Does another machine index a copy of this repository? Then run `ctr reindex` again.',
  });
}

function tell({onEvent}: ReindexDeps, phase: ReindexPhase): void {
  onEvent({type: 'phase', phase});
}

/** Of the syncs that it is made of, a reindex tells how far they are and what goes wrong. */
function exceptPlanAndSummary({onEvent}: ReindexDeps): SyncDeps['onEvent'] {
  return (event) => {
    if (event.type === 'progress' || event.type === 'failure') onEvent(event);
  };
}
