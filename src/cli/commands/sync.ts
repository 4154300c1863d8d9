import {CtrError} from '../../util/ctr-error.ts';
import {type CliContext, type CommonOptions, openRepositoryWorkspace} from '../context.ts';
import {openOutput} from '../output.ts';
import {renderError} from '../render/render-error.ts';
import {openSyncRenderer} from '../render/render-sync.ts';
import {waitAtMost} from '../sync-lock.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const WAIT_SECONDS = 600;

interface SyncOptions {
  readonly all?: string;
  readonly wait: number;
  readonly worker?: true;
}

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'sync', 'bring the index to what Git has; does nothing when it already is')
    .option('--all <root>', 'every installed repository below a directory, for cron and timers')
    .option(
      '--wait <seconds>',
      'how long to wait for another sync of the same repository',
      parseCount,
      WAIT_SECONDS,
    )
    .option('--worker', 'work the queue off, as the hook does')
    .action(async (options: SyncOptions, command) => {
      const common = commonOptions(command);
      if (options.all !== undefined) exit(await syncAll(context, common, options));
      else if (options.worker) await work(context, common);
      else exit(await syncOne(context, common, options));
    });
};

async function work(context: CliContext, common: CommonOptions): Promise<void> {
  const {runQueueWorker} = await import('../run-worker.ts');
  await runQueueWorker(context, await openRepositoryWorkspace(context, common));
}

/** The exit code: 5 when something of the repository could not be read. */
async function syncOne(context: CliContext, common: CommonOptions, {wait}: SyncOptions): Promise<number> {
  const {exitCodeOf, runSync} = await import('../run-sync.ts');
  const output = openOutput(context, common);
  const renderer = openSyncRenderer(context, output, {isQuiet: common.quiet});
  const workspace = await openRepositoryWorkspace(context, common);
  const summary = await runSync(context, workspace, {
    verb: 'sync',
    ...waitAtMost(wait, output),
    onEvent: (event) => renderer.show(event),
  });
  return exitCodeOf(summary);
}

/** One repository after the other; what fails with one does not stop the next. The worst exit code. */
async function syncAll(context: CliContext, common: CommonOptions, options: SyncOptions): Promise<number> {
  const {findInstalledRepositories} = await import('../find-repositories.ts');
  let worst = 0;
  let count = 0;
  for await (const repo of findInstalledRepositories(options.all!)) {
    count++;
    try {
      worst = Math.max(worst, await syncOne(context, {...common, repo}, options));
    } catch (error) {
      if (!(error instanceof CtrError)) throw error;
      renderError(error, context, {isJson: common.json});
      worst = Math.max(worst, error.exitCode);
    }
  }
  if (count === 0) openOutput(context, common).note(`no repository below ${options.all} has ctr installed`);
  return worst;
}
