import {availableParallelism} from 'node:os';
import {Option} from 'commander';
import {localFiles} from '../../app/workspace/local-files.ts';
import {resolveNamed} from '../../app/workspace/resolve-named.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {openSyncRenderer} from '../render/render-sync.ts';
import {type Call, parseCount, parsePositive, verb} from './define-command.ts';

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

export const register = verb('sync', 'bring the index to what Git has; does nothing when it already is')
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
  .run(async (call: Call, options: SyncOptions) => {
    const {all: root} = options;
    if (root !== undefined && call.common.repo !== undefined) throw bothNamed();
    if (root !== undefined) call.exit(await syncEach(call, {...options, root}));
    else if (options.worker) await work(call);
    else call.exit(await syncOne(call, options));
  });

function bothNamed(): CtrError {
  return new CtrError('USAGE', '--repo names one repository, --all a directory of them', {
    hint: 'Give one of the two.',
  });
}

async function work({context, openRepository}: Call): Promise<void> {
  const {runQueueWorker} = await import('../../app/worker/run-worker.ts');
  await runQueueWorker(context, openRepository);
}

/** The exit code: 5 when something of the repository could not be read. */
async function syncOne(call: Call, {wait = WAIT_SECONDS}: SyncOptions): Promise<number> {
  const {exitCodeOf, runSync} = await import('../../app/sync/run-sync.ts');
  const {openToldFailures} = await import('../../app/sync/told-failures.ts');
  const {tellPartial} = await import('../render/tell-partial.ts');
  const {context, output} = call;
  const onEvent = openSyncRenderer(output);
  const workspace = await call.openRepository();
  const summary = await runSync(context, workspace, {verb: 'sync', ...call.waitAtMost(wait), onEvent});
  const told = openToldFailures(localFiles(workspace).told, context.now);
  tellPartial(summary.failures, told, {context, output, gitDir: workspace.gitDir});
  return exitCodeOf(summary);
}

async function syncEach(
  {context, common, output}: Call,
  {root, jobs = Math.min(availableParallelism(), JOBS_MAX), wait = 0, owner}: SyncOptions & {root: string},
): Promise<number> {
  const {syncAll} = await import('../../app/sync/sync-all.ts');
  const {openSyncAllRenderer} = await import('../render/render-sync-all.ts');
  return syncAll(context, common, {
    root: resolveNamed(context.cwd, root),
    jobs,
    waitMs: wait * 1000,
    owner,
    onInterrupt: output.stop,
    onEvent: openSyncAllRenderer(context, common, output),
  });
}
