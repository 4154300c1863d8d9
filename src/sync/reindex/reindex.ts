import {planReindex} from '../../domain/build-settings.ts';
import type {RepositoryRecord} from '../../domain/repository.ts';
import {readShallowBoundary} from '../../git/shallow.ts';
import {isUnusable} from '../../store/index-errors.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {deleteJsonFile} from '../../util/json-file.ts';
import {buildSettingsOf} from '../claim-repository.ts';
import {readFailures} from '../failures.ts';
import {sync} from '../sync.ts';
import type {SyncSummary} from '../sync-events.ts';
import type {LockedDeps, SyncDeps} from '../sync-run.ts';
import {findMissing} from './check-next.ts';
import {assertNothingLost, copyTombstones, followShown} from './follow-shown.ts';
import {findOtherNumbers, hasOwnObjects} from './kept-numbers.ts';
import {dropNext, openNext, type ReindexDeps, sweepNext, tell, verifyNext} from './next-generation.ts';
import {findWhyUnusable, rebuild} from './rebuild.ts';
import type {ReindexSummary} from './reindex-events.ts';
import {shareObjects} from './shared-objects.ts';

/** Under the lock the last round should take about as long as the one before, which pushes can wait. */
const SHORT_ROUND_MS = 5000;
/** Where pushes come faster than they are followed, the lock makes an end of it. */
const ROUNDS_MAX = 20;
/** The last one holds the lock from the beginning: nothing can come in between any more. */
const ATTEMPTS_MAX = 3;
/** Few searches take longer, and what is still read then goes with a later sync. */
const READERS_WAIT_MS = 10_000;

/** One reindex, and what it has done so far. */
interface ReindexRun {
  readonly deps: ReindexDeps;
  /** Numbers of all rounds together. */
  readonly counts: {
    -readonly [Count in
      | 'entriesWritten'
      | 'commitsWritten'
      | 'objectsWritten'
      | 'refsWritten'
      | 'bytesRead'
      | 'rounds']: ReindexSummary[Count];
  };
  failures: SyncSummary['failures'];
  /** Something is stored in another way than before. */
  isDue: boolean;
}

/**
 * The index is what it would be if it were built now, by a new generation that took over at once: whoever read went on
 * reading, and pushes went on being indexed until the last moment. Entries and commits keep their numbers, so that a
 * reader who took a ref's bitmap before the swap is right after it. Killed at any point, the index is the old one or
 * the new one, and the next call goes on with what was built. An index that cannot be used is not followed: see
 * `rebuild`. One reindex at a time: the caller sees to it.
 * @throws CONFIG where the index holds other repositories only, or where others live in the same set; PARTIAL where something would be lost.
 */
export async function reindex(deps: ReindexDeps): Promise<ReindexSummary> {
  const startedAt = deps.now().getTime();
  const counts = {
    entriesWritten: 0,
    commitsWritten: 0,
    objectsWritten: 0,
    refsWritten: 0,
    bytesRead: 0,
    rounds: 0,
  };
  const done = await buildAnew({deps, counts, failures: [], isDue: false});
  tell(deps, 'clean');
  await deps.store.hasCollections();
  await deps.store.dropSuperseded(READERS_WAIT_MS);
  const {settings, now} = deps;
  const elapsedMs = now().getTime() - startedAt;
  const summary: ReindexSummary = {type: 'summary', repo: settings.name, ...done, ...counts, elapsedMs};
  deps.onEvent(summary);
  return summary;
}

type Done = Pick<ReindexSummary, 'reasons' | 'rebuiltBecause' | 'others' | 'failures'>;

/** By following the old index, or without it where it cannot be used, or turns out to be damaged on the way. */
async function buildAnew(run: ReindexRun): Promise<Done> {
  const why = await findWhyUnusable(run.deps);
  if (why) return buildAlone(run, why);
  try {
    return await followAndSwap(run);
  } catch (error) {
    if (isUnusable(error)) return buildAlone(run, error);
    throw error;
  }
}

async function buildAlone(run: ReindexRun, why: CtrError): Promise<Done> {
  const {deps, counts} = run;
  const {summary, others} = await rebuild(deps, {
    syncCurrent,
    onPut: () => counts.objectsWritten++,
    onEvent: exceptPlanAndSummary(deps),
  });
  addCounts(run, summary);
  return {reasons: [], rebuiltBecause: why.message, others, failures: summary.failures};
}

async function followAndSwap(run: ReindexRun): Promise<Done> {
  const {deps} = run;
  const record = await readOwnRecord(deps);
  const reasons = planReindex(record.builtWith, buildSettingsOf(deps.settings));
  run.isDue = reasons.length > 0;
  // Else the next generation would give numbers to commits that the current one does not have yet.
  const {digest} = await readShallowBoundary(deps.repository);
  if (record.boundary !== digest) await deps.runLocked(syncCurrent);
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === ATTEMPTS_MAX;
    const trouble = await buildAndSwap(run, {isLocked: isLast});
    if (trouble === undefined) return {reasons, rebuiltBecause: null, others: [], failures: run.failures};
    await dropNext(deps);
    if (isLast) throw unsound(trouble);
  }
}

/** Undefined when the next generation has taken over; else why it must be begun again. */
async function buildAndSwap(run: ReindexRun, {isLocked}: {isLocked: boolean}): Promise<string | undefined> {
  const {deps} = run;
  const {next: opened, isResumed} = await openNext(deps);
  await using next = opened;
  const build = async () => {
    tell(deps, 'build');
    await catchUp(run, next);
    if (isResumed) await sweepNext(deps, next);
    return verifyNext(deps, next);
  };
  if (isLocked) return await deps.runLocked(async (locked) => (await build()) ?? finish(run, next, locked));
  return (await build()) ?? (await deps.runLocked((locked) => finish(run, next, locked)));
}

/** The next generation shows what Git has, and takes over; else why not. */
async function finish(run: ReindexRun, next: IndexStore, locked: LockedDeps): Promise<string | undefined> {
  const {deps} = run;
  const {store, objects, settings} = deps;
  const {repo} = settings;
  tell(deps, 'finish');
  await syncCurrent(locked);
  assertNothingLost(await followOnce(run, next), readFailures(locked.failuresFile));
  await copyTombstones({store, next, repo});
  await next.refresh();
  const generations = {store, next, objects, repo};
  const trouble = (await findOtherNumbers(generations)) ?? (await findMissing(generations));
  if (trouble !== undefined) return trouble;
  if (run.isDue && !(await hasOwnObjects(generations))) return 'a file lost its bytes';
  tell(deps, 'swap');
  await locked.store.promoteNext();
  deleteJsonFile(deps.failuresFile);
  // What is published was right for the old refs; where they were not what Git says, it is put right now.
  await syncCurrent(locked);
  return undefined;
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
  addCounts(run, summary);
  run.failures = summary.failures;
  return summary;
}

function addCounts({counts}: ReindexRun, summary: SyncSummary): void {
  counts.entriesWritten += summary.entriesWritten;
  counts.commitsWritten += summary.commitsWritten;
  counts.refsWritten += summary.refsWritten;
  counts.bytesRead += summary.bytesRead;
  counts.rounds++;
}

/** The current generation shows what Git has. */
async function syncCurrent(locked: LockedDeps): Promise<void> {
  await sync({...locked, onEvent: () => undefined});
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

function unsound(trouble: string): CtrError {
  return new CtrError('BACKEND_REFUSED', `the index that was built anew is not right: ${trouble}`, {
    hint: 'The old one stays. See the log of the index server; does another machine index a copy of this repository?',
  });
}

/** Of the syncs that it is made of, a reindex tells how far they are and what goes wrong. */
function exceptPlanAndSummary({onEvent}: ReindexDeps): SyncDeps['onEvent'] {
  return (event) => {
    if (event.type === 'progress' || event.type === 'failure') onEvent(event);
  };
}
