import {isDeepStrictEqual} from 'node:util';
import type {IndexSet} from '../../store/ports/generations.ts';
import type {IndexStore} from '../../store/ports/index-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {deleteJsonFile} from '../../util/json-file.ts';
import {buildSettingsOf} from '../claim-repository.ts';
import {raiseCounter} from '../import/seq-blocks.ts';
import {prune} from '../removal/prune.ts';
import type {LockedDeps, SyncDeps} from '../sync-run.ts';
import type {VerifyDeps} from '../verify/examination.ts';
import type {Finding, VerifyProgress} from '../verify/findings.ts';
import {verify} from '../verify/verify.ts';
import {copyCounters, listShown} from './follow-shown.ts';
import type {ReindexEvent, ReindexPhase} from './reindex-progress.ts';
import {shareObjects} from './shared-objects.ts';

export interface ReindexDeps extends Omit<SyncDeps, 'store' | 'numbers' | 'listRefs' | 'events' | 'onEvent'> {
  readonly store: IndexSet;
  /** File of the failures of the next generation until the swap. */
  readonly failuresFile: string;
  /** Runs `work` while no sync of the repository runs. */
  readonly runLocked: <T>(work: (deps: LockedDeps) => Promise<T>) => Promise<T>;
  readonly onEvent: (event: ReindexEvent) => void;
}

type NextDeps = Pick<ReindexDeps, 'store' | 'settings' | 'failuresFile'>;

/** Opens the next generation of an interrupted reindex if its settings are the current ones, else a new one. */
export async function openNext(deps: NextDeps): Promise<{next: IndexStore; isResumed: boolean}> {
  const {store, settings} = deps;
  const next = await store.openNext();
  const record = (await next.listRepositories()).find(({id}) => id === settings.repo);
  if (!record) return {next, isResumed: false};
  if (isDeepStrictEqual(record.builtWith, [buildSettingsOf(settings)])) {
    // The counter of the store may have been restored from a backup.
    for (const series of ['entries', 'commits'] as const)
      await raiseCounter(store, series, await next.reserveSeqs(series, 1));
    return {next, isResumed: true};
  }
  await next[Symbol.asyncDispose]();
  await dropNext(deps);
  return {next: await store.openNext(), isResumed: false};
}

/** Deletes orphans of an interrupted reindex from the next generation. */
export async function sweepNext(deps: Omit<SyncDeps, 'store' | 'onEvent'>, next: IndexStore): Promise<void> {
  const objects = shareObjects(deps.objects, () => undefined);
  const onEvent = () => undefined;
  // Tombstones of all ages stay.
  await prune(
    {...deps, store: next, objects, onEvent},
    {isDryRun: false, tombstoneAgeMs: deps.now().getTime()},
  );
}

/**
 * Builds the next generation until `build`, which returns what is wrong with it, has made it take over.
 * @throws BACKEND_REFUSED if the last attempt is wrong, too: the old one stays.
 */
export async function buildUntilRight(
  deps: Omit<NextDeps, 'settings'>,
  attemptsMax: number,
  build: (isLast: boolean) => Promise<string | undefined>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === attemptsMax;
    const trouble = await build(isLast);
    if (trouble === undefined) return;
    await dropNext(deps);
    if (!isLast) continue;
    throw new CtrError('BACKEND_REFUSED', `the new index is wrong: ${trouble}`, {
      hint: 'The old one stays. See the log of the index server; does another machine index a copy of this repository?',
    });
  }
}

async function dropNext({store, failuresFile}: Omit<NextDeps, 'settings'>): Promise<void> {
  await store.dropNext();
  deleteJsonFile(failuresFile);
}

/**
 * Verifies the next generation against Git, both ways, for the refs that it shows. Returns the first problem. It runs
 * before the lock, since it reads everything; only a little is imported after it, by the same code.
 */
export async function verifyNext(deps: ReindexDeps, next: IndexStore): Promise<string | undefined> {
  tell(deps, 'verify');
  const onProgress = (progress: VerifyProgress) => deps.onEvent({...progress, type: 'checked'});
  return findUnsound({...deps, onProgress}, next);
}

/** The first relevant finding in the next generation; undefined where there is none. It gives no number twice afterwards. */
export async function findUnsound(
  deps: VerifyDeps,
  next: IndexStore,
  isRelevant: (finding: Finding) => boolean = () => true,
): Promise<string | undefined> {
  await copyCounters({store: deps.store, next});
  const {settings, now} = deps;
  const {findings} = await verify(
    {
      ...deps,
      store: next,
      settings: {...settings, refs: []},
      listRefs: () => listShown(next, settings.repo),
    },
    {allCommits: false, content: false, seed: now().getTime() % 1_000_000, sharesObjects: async () => true},
  );
  const found = findings.find(isRelevant);
  return found && JSON.stringify(found);
}

/** Reports the beginning of a phase. */
export function tell({onEvent}: ReindexDeps, phase: ReindexPhase): void {
  onEvent({type: 'phase', phase});
}
