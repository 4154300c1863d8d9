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
import type {SyncSummary} from '../sync-progress.ts';
import type {LockedDeps, SyncDeps} from '../sync-run.ts';
import {findMissing, findOtherNumbers, hasOwnObjects} from './compare-generations.ts';
import {assertNothingLost, copyTombstones, followShown} from './follow-shown.ts';
import {buildUntilRight, openNext, type ReindexDeps, sweepNext, tell, verifyNext} from './next-generation.ts';
import {findWhyUnusable, rebuild} from './rebuild.ts';
import type {ReindexCounts, ReindexSummary} from './reindex-progress.ts';
import {shareObjects} from './shared-objects.ts';

/** A round shorter than this is the last before the lock: the one under the lock should take as long, and pushes wait. */
const SHORT_ROUND_MS = 5000;
/** Limit of rounds before the lock, in case that pushes arrive faster than they are imported. */
const ROUNDS_MAX = 20;
/** The last attempt holds the lock from the beginning: then no push can interfere. */
const ATTEMPTS_MAX = 3;
/** Few searches take longer. If the old generation is still read then, a later sync deletes it. */
const READERS_WAIT_MS = 10_000;

/** One reindex, with its counts so far. */
interface ReindexRun {
  readonly deps: ReindexDeps;
  /** Totals of all rounds. */
  readonly counts: ReindexCounts;
  failures: SyncSummary['failures'];
  /** True if the settings of the old documents differ from the current ones. */
  isDue: boolean;
}

/**
 * Builds the index again as a new generation, which takes over in one step. Readers continue during the build, and pushes
 * are indexed until the last moments. Entries and commits keep their numbers, so the bitmap of a ref from before the swap
 * is right after it. If the process is killed at any point, the index is the old one or the new one, and the next call
 * resumes. An unusable index is not followed: see `rebuild`. The caller makes sure that only one reindex runs.
 * @throws CONFIG if the index holds no part of this repository, or others use the same set; PARTIAL if content would be lost.
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

/** Follows the old index, or builds without it if it is unusable, or turns out to be damaged. */
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
  // Otherwise the next generation would number commits that the current one does not have yet.
  const {digest} = await readShallowBoundary(deps.repository);
  if (record.boundary !== digest) await deps.runLocked(syncCurrent);
  await buildUntilRight(deps, ATTEMPTS_MAX, (isLast) => buildAndSwap(run, {isLocked: isLast}));
  return {reasons, rebuiltBecause: null, others: [], failures: run.failures};
}

/** Undefined if the next generation has taken over; else the reason why it must start again. */
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

/** Brings the next generation to the state of Git, and swaps. Returns the reason if it could not. */
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
  // Published aliases followed the old refs; if those differed from Git's, the aliases are corrected now.
  await syncCurrent(locked);
  return undefined;
}

/** Runs rounds until one is short: during each, the current generation gets new pushes. */
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

/** Syncs the current generation with Git. */
async function syncCurrent(locked: LockedDeps): Promise<void> {
  await sync({...locked, onEvent: () => undefined});
}

/** Refuses a shared set: a new generation would need the documents of all its repositories, and a stop of all their syncs. */
async function readOwnRecord({store, settings}: ReindexDeps): Promise<RepositoryRecord> {
  const repositories = await store.listRepositories();
  const own = repositories.find(({id}) => id === settings.repo);
  if (!own) {
    throw new CtrError('CONFIG', 'nothing is indexed here yet', {hint: 'Run `ctr sync`.'});
  }
  if (own.isShared || settings.isShared) {
    throw new CtrError('CONFIG', 'a shared index cannot be built again next to itself', {
      hint: 'Run `ctr uninstall --purge` and `ctr install` in this repository; or give it an index of its own (ctr.index.name).',
    });
  }
  return own;
}

/** From its syncs, a reindex passes on progress and failures only. */
function exceptPlanAndSummary({onEvent}: ReindexDeps): SyncDeps['onEvent'] {
  return (event) => {
    if (event.type === 'progress' || event.type === 'failure') onEvent(event);
  };
}
