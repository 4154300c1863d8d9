import {availableParallelism} from 'node:os';
import {Option} from 'commander';
import type {AppContext, CommonOptions} from '../../app/context.ts';
import {localFiles} from '../../app/workspace/local-files.ts';
import {openRepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {resolveNamed} from '../../app/workspace/resolve-named.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {openOutput} from '../render/output.ts';
import {openSyncRenderer} from '../render/render-sync.ts';
import {waitAtMost} from '../render/wait-at-most.ts';
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
      if (options.all !== undefined && common.repo !== undefined) throw bothNamed();
      if (options.all !== undefined) exit(await all(context, common, {...options, root: options.all}));
      else if (options.worker) await work(context, common);
      else exit(await syncOne(context, common, options));
    });
};

function bothNamed(): CtrError {
  return new CtrError('USAGE', '--repo names one repository, --all a directory of them', {
    hint: 'Give one of the two.',
  });
}

async function work(context: AppContext, common: CommonOptions): Promise<void> {
  const {runQueueWorker} = await import('../../app/worker/run-worker.ts');
  await runQueueWorker(context, () => openRepositoryWorkspace(context, common));
}

/** The exit code: 5 when something of the repository could not be read. */
async function syncOne(
  context: AppContext,
  common: CommonOptions,
  {wait = WAIT_SECONDS}: SyncOptions,
): Promise<number> {
  const {exitCodeOf, runSync} = await import('../../app/sync/run-sync.ts');
  const {openToldFailures} = await import('../../app/sync/told-failures.ts');
  const {tellPartial} = await import('../render/tell-partial.ts');
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
  context: AppContext,
  common: CommonOptions,
  {root, jobs = Math.min(availableParallelism(), JOBS_MAX), wait = 0, owner}: SyncOptions & {root: string},
): Promise<number> {
  const {syncAll} = await import('../../app/sync/sync-all.ts');
  const {openSyncAllRenderer} = await import('../render/render-sync-all.ts');
  const output = openOutput(context, common);
  return syncAll(context, common, {
    root: resolveNamed(context.cwd, root),
    jobs,
    waitMs: wait * 1000,
    owner,
    onInterrupt: output.stop,
    onEvent: openSyncAllRenderer(context, common, output),
  });
}
