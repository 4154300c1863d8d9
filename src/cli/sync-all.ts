import {join} from 'node:path';
import type {SyncEvent, SyncSummary} from '../sync/sync-events.ts';
import {BackgroundTasks} from '../util/background-tasks.ts';
import {CtrError} from '../util/ctr-error.ts';
import {findForeignOwner} from '../util/foreign-owner.ts';
import {becomeOwner, hasUmaskInForce} from './act-as-owner.ts';
import {type CliContext, type CommonOptions, localFiles, openRepositoryWorkspace} from './context.ts';
import {fileFailureOf} from './file-failure.ts';
import {type FoundRepository, findInstalledRepositories} from './find-repositories.ts';
import {type Output, openOutput} from './output.ts';
import {renderBug, renderError} from './render/render-error.ts';
import {failureLine, summaryLine} from './render/render-sync.ts';
import {exitCodeOf, runSync} from './run-sync.ts';
import {syncApart} from './sync-apart.ts';
import {failureKeyOf, openToldFailures, tellPartial} from './told-failures.ts';

const EXIT_BUG = 70;

interface SyncAllOptions {
  readonly root: string;
  /** How many repositories at once. */
  readonly jobs: number;
  /** How long to wait for one that is being worked on; then it is passed over. */
  readonly waitMs: number;
  /** The repositories of this user alone: what root starts for each owner. */
  readonly owner?: number | undefined;
}

/**
 * Every installed repository below `root` shows what Git has, but for those that somebody else works on: these are
 * passed over. What fails with one does not stop the others. The exit code: the worst of all.
 * @throws USAGE where `root` cannot be looked into.
 */
export async function syncAll(
  context: CliContext,
  common: CommonOptions,
  options: SyncAllOptions,
): Promise<number> {
  const {root, jobs, waitMs} = options;
  const output = openOutput(context, common);
  const owners = new Set<number>();
  let worst = 0;
  let count = 0;
  await using tasks = new BackgroundTasks(jobs);
  const start = async (sync: () => Promise<number>) =>
    tasks.start(async () => {
      const code = await sync();
      // Not in one expression with the await: others raise it meanwhile.
      worst = Math.max(worst, code);
    });
  for await (const found of options.owner === undefined
    ? findInstalledRepositories(root)
    : findOwned(root, options.owner)) {
    count++;
    const owner = findForeignOwner(found.gitDir)?.uid;
    if (owner !== undefined) owners.add(owner);
    else if (await fitsThisProcess(found, root)) {
      await start(() => syncFound({context, common, output, waitMs}, found));
    } else await start(() => syncApart(context, common, {...options, root: found.gitDir}));
  }
  for (const owner of owners) await start(() => syncApart(context, common, {...options, owner}));
  await tasks.settled();
  if (count === 0) output.note(`no repository below ${root} has ctr installed`);
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

interface Run {
  readonly context: CliContext;
  readonly common: CommonOptions;
  readonly output: Output;
  readonly waitMs: number;
}

/** The exit code of one. Everything that is said names it by its path: names may be alike. */
async function syncFound(run: Run, {gitDir, trouble}: FoundRepository): Promise<number> {
  const {context, common, output} = run;
  const told = openToldFailures(localFiles({directory: join(gitDir, 'ctr')}).told, context.now);
  try {
    if (trouble) throw trouble;
    const summary = await syncOne(run, gitDir);
    tellPartial(summary.failures, told, {context, common, gitDir});
    return exitCodeOf(summary);
  } catch (error) {
    const failure = error instanceof CtrError ? error : fileFailureOf(error);
    if (failure?.code === 'LOCKED') {
      passOver(gitDir, failure, output, common);
      return 0;
    }
    if (!failure) {
      renderBug(error, context);
      return EXIT_BUG;
    }
    if (!common.quiet || told.take(failureKeyOf(failure))) {
      renderError(named(failure, gitDir), context, {isJson: common.json});
    }
    return failure.exitCode;
  }
}

async function syncOne({context, common, output, waitMs}: Run, gitDir: string): Promise<SyncSummary> {
  const workspace = await openRepositoryWorkspace(context, {...common, repo: gitDir});
  const onEvent = (event: SyncEvent) => {
    if (output.isJson) output.json({...event, path: gitDir});
    else if (event.type === 'failure') output.note(`ctr: ${gitDir}: ${failureLine(event.failure)}`);
    else if (event.type === 'summary' && !common.quiet) output.line(summaryLine({...event, repo: gitDir}));
  };
  return runSync(context, workspace, {verb: 'sync', waitMs, onInterrupt: output.stop, onEvent});
}

/** Somebody works on it: that is no failure. */
function passOver(gitDir: string, {message, data}: CtrError, output: Output, {verbose}: CommonOptions): void {
  if (output.isJson) output.json({type: 'passed-over', path: gitDir, running: data['running'] ?? []});
  else if (verbose) output.note(`passed over: ${message}`);
}

function named(error: CtrError, gitDir: string): CtrError {
  const {code, message, hint, data, cause} = error;
  const full = message.includes(gitDir) ? message : `${gitDir}: ${message}`;
  return new CtrError(code, full, {...(hint !== undefined && {hint}), data: {...data, path: gitDir}, cause});
}
