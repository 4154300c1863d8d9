import {openRepositoryWorkspace} from '../context.ts';
import {openOutput} from '../output.ts';
import {renderPrune} from '../render/render-prune.ts';
import {isReindexing, waitAtMost} from '../sync-lock.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const WAIT_SECONDS = 600;
const TOMBSTONE_DAYS = 30;
const DAY_MS = 86_400_000;

export const register: Register = (program, context) => {
  defineCommand(program, 'prune', 'delete whatever no ref needs, in every store')
    .option('--dry-run', 'only list by kind what would be deleted', false)
    .option(
      '--tombstone-days <days>',
      'keep the marks of refs that were deleted later than this',
      parseCount,
      TOMBSTONE_DAYS,
    )
    .option('--wait <seconds>', 'how long to wait for a running sync', parseCount, WAIT_SECONDS)
    .action(async (options: {dryRun: boolean; tombstoneDays: number; wait: number}, command) => {
      const {runLocked} = await import('../run-locked.ts');
      const {prune} = await import('../../sync/removal/prune.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const workspace = await openRepositoryWorkspace(context, common);
      const lock = {
        verb: 'prune' as const,
        ...waitAtMost(options.wait, output),
        dropsGenerations: options.dryRun ? ('no' as const) : ('if unused' as const),
      };
      const report = await runLocked(context, workspace, lock, (deps) =>
        prune(deps, {isDryRun: options.dryRun, tombstoneAgeMs: options.tombstoneDays * DAY_MS}),
      );
      renderPrune({...report, isReindexing: options.dryRun && (await isReindexing(workspace))}, output);
    });
};
