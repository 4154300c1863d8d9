import type {SyncEvent, SyncSummary} from '../../sync/sync-progress.ts';
import {BackgroundTasks} from '../../util/background-tasks.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {findForeignOwner} from '../../util/foreign-owner.ts';
import type {AppContext, CommonOptions} from '../context.ts';
import {fileFailureOf} from '../file-failure.ts';
import type {SyncLockOptions} from '../locked/locks.ts';
import {becomeOwner, hasUmaskInForce} from '../ownership/act-as-owner.ts';
import {type FoundRepository, findInstalledRepositories} from '../workspace/find-repositories.ts';
import {openRepositoryWorkspace} from '../workspace/open-workspace.ts';
import {exitCodeOf, runSync} from './run-sync.ts';
import {syncApart} from './sync-apart.ts';

const EXIT_BUG = 70;

interface SyncAllOptions {
  readonly root: string;
  /** How many repositories at once. */
  readonly jobs: number;
  /** How long to wait for one that is being worked on; then it is passed over. */
  readonly waitMs: number;
  /** The repositories of this user alone: what root starts for each owner. */
  readonly owner?: number | undefined;
  readonly onInterrupt: NonNullable<SyncLockOptions['onInterrupt']>;
  readonly onEvent: (event: SyncAllEvent) => void;
}

/** An event of one repository, identified by its path, since names may be equal. */
export type SyncAllEvent =
  | {readonly type: 'sync'; readonly gitDir: string; readonly event: SyncEvent}
  | {readonly type: 'synced'; readonly gitDir: string; readonly summary: SyncSummary}
  /** Another run works on it: that is no failure. */
  | {readonly type: 'passed-over'; readonly gitDir: string; readonly error: CtrError}
  | {readonly type: 'failed'; readonly gitDir: string; readonly error: CtrError}
  | {readonly type: 'bug'; readonly gitDir: string; readonly error: unknown}
  | {readonly type: 'none-found'; readonly root: string};

/**
 * Syncs every installed repository below `root`, except those that another command works on. A failure in one does not
 * stop the others. The exit code is the worst of all.
 * @throws USAGE if `root` cannot be read.
 */
export async function syncAll(
  context: AppContext,
  common: CommonOptions,
  options: SyncAllOptions,
): Promise<number> {
  const {root, jobs, onEvent} = options;
  const owners = new Set<number>();
  let worst = 0;
  let count = 0;
  await using tasks = new BackgroundTasks(jobs);
  const start = async (sync: () => Promise<number>) =>
    tasks.start(async () => {
      const code = await sync();
      // Not in one expression with the await: other repositories raise it at the same time.
      worst = Math.max(worst, code);
    });
  for await (const found of options.owner === undefined
    ? findInstalledRepositories(root)
    : findOwned(root, options.owner)) {
    count++;
    const owner = findForeignOwner(found.gitDir)?.uid;
    if (owner !== undefined) owners.add(owner);
    else if (await fitsThisProcess(found, root)) {
      await start(() => syncFound(context, common, found, options));
    } else await start(() => syncApart(context, common, {...options, root: found.gitDir}));
  }
  for (const owner of owners) await start(() => syncApart(context, common, {...options, owner}));
  await tasks.settled();
  if (count === 0) onEvent({type: 'none-found', root});
  return worst;
}

/** All of the owner's are found before root goes on as the owner, who may not look everywhere. */
async function* findOwned(root: string, owner: number): AsyncGenerator<FoundRepository> {
  const all = await Array.fromAsync(findInstalledRepositories(root));
  const owned = all.filter(({gitDir}) => findForeignOwner(gitDir)?.uid === owner);
  if (owned[0]) becomeOwner(owned[0].gitDir);
  yield* owned;
}

async function fitsThisProcess({gitDir, trouble}: FoundRepository, root: string): Promise<boolean> {
  return trouble !== undefined || gitDir === root || hasUmaskInForce(gitDir).catch(() => true);
}

/** Returns the exit code of one. */
async function syncFound(
  context: AppContext,
  common: CommonOptions,
  {gitDir, trouble}: FoundRepository,
  {waitMs, onInterrupt, onEvent}: SyncAllOptions,
): Promise<number> {
  try {
    if (trouble) throw trouble;
    const workspace = await openRepositoryWorkspace(context, {...common, repo: gitDir});
    const summary = await runSync(context, workspace, {
      verb: 'sync',
      waitMs,
      onInterrupt,
      onEvent: (event) => onEvent({type: 'sync', gitDir, event}),
    });
    onEvent({type: 'synced', gitDir, summary});
    return exitCodeOf(summary);
  } catch (caught) {
    const error = caught instanceof CtrError ? caught : fileFailureOf(caught);
    if (!error) {
      onEvent({type: 'bug', gitDir, error: caught});
      return EXIT_BUG;
    }
    const isPassedOver = error.code === 'LOCKED';
    onEvent({type: isPassedOver ? 'passed-over' : 'failed', gitDir, error});
    return isPassedOver ? 0 : error.exitCode;
  }
}
