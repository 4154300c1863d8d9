import {availableParallelism} from 'node:os';
import {Option} from 'commander';
import {type CliContext, type CommonOptions, localFiles, openRepositoryWorkspace} from '../context.ts';
import {openOutput} from '../output.ts';
import {openSyncRenderer} from '../render/render-sync.ts';
import {resolveNamed} from '../resolve-named.ts';
import {waitAtMost} from '../sync-lock.ts';
import {commonOptions, defineCommand, parseCount, parsePositive, type Register} from './define-command.ts';

const WAIT_SECONDS = 600;
/** A first import takes up to half a gigabyte. */
const JOBS_MAX = 4;

interface SyncOptions {
  readonly all?: string;
  readonly jobs?: number;
  readonly wait?: number;
  readonly worker?: true;
  readonly owner?: number;
}

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'sync', 'bring the index to what Git has; does nothing when it already is')
    .option('--all <root>', 'every installed repository below a directory, for cron and timers')
    .option(
      '--jobs <n>',
      `with --all: how many repositories at once (default: one for each processor, at most ${JOBS_MAX})`,
      parsePositive,
    )
    .option(
      '--wait <seconds>',
      `how long to wait for another run on the same repository (default: ${WAIT_SECONDS}; with --all 0: it is passed over)`,
      parseCount,
    )
    .option('--worker', 'work the queue off, as the hook does')
    .addOption(new Option('--owner <uid>').argParser(parseCount).hideHelp())
    .action(async (options: SyncOptions, command) => {
      const common = commonOptions(command);
      if (options.all !== undefined) exit(await all(context, common, {...options, root: options.all}));
      else if (options.worker) await work(context, common);
      else exit(await syncOne(context, common, options));
    });
};

async function work(context: CliContext, common: CommonOptions): Promise<void> {
  const {runQueueWorker} = await import('../run-worker.ts');
  await runQueueWorker(context, () => openRepositoryWorkspace(context, common));
}

/** The exit code: 5 when something of the repository could not be read. */
async function syncOne(
  context: CliContext,
  common: CommonOptions,
  {wait = WAIT_SECONDS}: SyncOptions,
): Promise<number> {
  const {exitCodeOf, runSync} = await import('../run-sync.ts');
  const {openToldFailures, tellPartial} = await import('../told-failures.ts');
  const output = openOutput(context, common);
  const renderer = openSyncRenderer(context, output, {isQuiet: common.quiet});
  const workspace = await openRepositoryWorkspace(context, common);
  const summary = await runSync(context, workspace, {
    verb: 'sync',
    ...waitAtMost(wait, output),
    onEvent: (event) => renderer.show(event),
  });
  const told = openToldFailures(localFiles(workspace).told, context.now);
  tellPartial(summary.failures, told, {context, common, gitDir: workspace.gitDir});
  return exitCodeOf(summary);
}

async function all(
  context: CliContext,
  common: CommonOptions,
  {root, jobs = Math.min(availableParallelism(), JOBS_MAX), wait = 0, owner}: SyncOptions & {root: string},
): Promise<number> {
  const {syncAll} = await import('../sync-all.ts');
  return syncAll(context, common, {root: resolveNamed(context.cwd, root), jobs, waitMs: wait * 1000, owner});
}
