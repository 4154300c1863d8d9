import {join} from 'node:path';
import type {SyncEvent, SyncSummary} from '../sync/sync-events.ts';
import {BackgroundTasks} from '../util/background-tasks.ts';
import {CtrError} from '../util/ctr-error.ts';
import {type CliContext, type CommonOptions, localFiles, openRepositoryWorkspace} from './context.ts';
import {fileFailureOf} from './file-failure.ts';
import {type FoundRepository, findInstalledRepositories} from './find-repositories.ts';
import {type Output, openOutput} from './output.ts';
import {renderBug, renderError} from './render/render-error.ts';
import {failureLine, summaryLine} from './render/render-sync.ts';
import {exitCodeOf, runSync} from './run-sync.ts';
import {failureKeyOf, openToldFailures, tellPartial} from './told-failures.ts';

const EXIT_BUG = 70;

interface SyncAllOptions {
  readonly root: string;
  /** How many repositories at once. */
  readonly jobs: number;
  /** How long to wait for one that is being worked on; then it is passed over. */
  readonly waitMs: number;
}

/**
 * Every installed repository below `root` shows what Git has, but for those that somebody else works on: these are
 * passed over. What fails with one does not stop the others. The exit code: the worst of all.
 * @throws USAGE where `root` cannot be looked into.
 */
export async function syncAll(
  context: CliContext,
  common: CommonOptions,
  {root, jobs, waitMs}: SyncAllOptions,
): Promise<number> {
  const output = openOutput(context, common);
  let worst = 0;
  let count = 0;
  await using tasks = new BackgroundTasks(jobs);
  for await (const found of findInstalledRepositories(root)) {
    count++;
    await tasks.start(async () => {
      const code = await syncFound({context, common, output, waitMs}, found);
      worst = Math.max(worst, code);
    });
  }
  await tasks.settled();
  if (count === 0) output.note(`no repository below ${root} has ctr installed`);
  return worst;
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
