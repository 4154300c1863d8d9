import type {AppContext} from '../../app/context.ts';
import {readRunningWork} from '../../app/locked/work-file.ts';
import {readStores} from '../../app/stores/read-stores.ts';
import {openRepositoryWorkspace, type RepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {openOutput} from '../render/output.ts';
import {renderPrune} from '../render/render-prune.ts';
import {waitAtMost} from '../render/wait-at-most.ts';
import {commonOptions, defineCommand, parseCount, type Register} from './define-command.ts';

const WAIT_SECONDS = 600;
const TOMBSTONE_DAYS = 30;
const DAY_MS = 86_400_000;
const EXIT_BACKEND = 4;

interface PruneFlags {
  readonly dryRun: boolean;
  readonly oldStores: boolean;
  readonly tombstoneDays: number;
  readonly wait: number;
}

/** A dry run does not wait for one. */
function isReindexing(workspace: RepositoryWorkspace, {now}: AppContext): boolean {
  return readRunningWork(workspace, now()).some(({verb}) => verb === 'reindex');
}

export const register: Register = (program, context, exit) => {
  defineCommand(program, 'prune', 'delete everything that no ref needs, in every store')
    .option('--dry-run', 'only list by kind what would be deleted', false)
    .option(
      '--tombstone-days <days>',
      'keep the marks of refs that were deleted later than this',
      parseCount,
      TOMBSTONE_DAYS,
    )
    .option('--old-stores', 'also remove what this repository has in stores that it used before', false)
    .option('--wait <seconds>', 'how long to wait for a running sync', parseCount, WAIT_SECONDS)
    .action(async (options: PruneFlags, command) => {
      const {runLocked} = await import('../../app/locked/run-locked.ts');
      const {prune} = await import('../../sync/removal/prune.ts');
      const {removeOldStores} = await import('../../app/stores/old-stores.ts');
      const common = commonOptions(command);
      const output = openOutput(context, common);
      const workspace = await openRepositoryWorkspace(context, common);
      const lock = {
        verb: 'prune' as const,
        ...waitAtMost(options.wait, output),
        dropsGenerations: options.dryRun ? ('no' as const) : ('if unused' as const),
      };
      const {isDryRun, tombstoneAgeMs} = {
        isDryRun: options.dryRun,
        tombstoneAgeMs: options.tombstoneDays * DAY_MS,
      };
      const report = await runLocked(context, workspace, lock, async (deps) => ({
        ...(await prune(deps, {isDryRun, tombstoneAgeMs})),
        removedStores: options.oldStores ? await removeOldStores(workspace, deps, {isDryRun}) : [],
      }));
      const oldStores = options.oldStores ? [] : (readStores(workspace)?.old ?? []);
      renderPrune({...report, oldStores, isReindexing: isDryRun && isReindexing(workspace, context)}, output);
      if (report.removedStores.some(({state}) => state === 'unreachable')) exit(EXIT_BACKEND);
    });
};
