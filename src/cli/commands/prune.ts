import type {AppContext} from '../../app/context.ts';
import {readRunningWork} from '../../app/locked/work-file.ts';
import {readStores} from '../../app/stores/read-stores.ts';
import type {RepositoryWorkspace} from '../../app/workspace/open-workspace.ts';
import {renderPrune} from '../render/render-prune.ts';
import {type Call, parseCount, verb} from './define-command.ts';

const TOMBSTONE_DAYS = 30;
const DAY_MS = 86_400_000;
const EXIT_BACKEND = 4;

interface PruneFlags {
  readonly dryRun?: true;
  readonly oldStores?: true;
  readonly tombstoneDays: number;
  readonly wait: number;
}

/** A dry run does not wait for one. */
function isReindexing(workspace: RepositoryWorkspace, {now}: AppContext): boolean {
  return readRunningWork(workspace, now()).some(({verb}) => verb === 'reindex');
}

export const register = verb('prune', 'delete everything that no ref needs, in every store')
  .option('--dry-run', 'only list by kind what would be deleted')
  .option(
    '--tombstone-days <days>',
    'keep the marks of refs that were deleted later than this',
    parseCount,
    TOMBSTONE_DAYS,
  )
  .option('--old-stores', 'also remove what this repository has in stores that it used before')
  .waits('how long to wait for a running sync')
  .run(async ({context, output, exit, openRepository, waitAtMost}: Call, flags: PruneFlags) => {
    const {runLocked} = await import('../../app/locked/run-locked.ts');
    const {prune} = await import('../../sync/removal/prune.ts');
    const {removeOldStores} = await import('../../app/stores/old-stores.ts');
    const workspace = await openRepository();
    const [isDryRun, isWithOldStores] = [flags.dryRun === true, flags.oldStores === true];
    const dropsGenerations = isDryRun ? 'no' : 'if unused';
    const lock = {verb: 'prune', ...waitAtMost(flags.wait), dropsGenerations} as const;
    const report = await runLocked(context, workspace, lock, async (deps) => ({
      ...(await prune(deps, {isDryRun, tombstoneAgeMs: flags.tombstoneDays * DAY_MS})),
      removedStores: isWithOldStores ? await removeOldStores(workspace, deps, {isDryRun}) : [],
    }));
    const oldStores = isWithOldStores ? [] : (readStores(workspace)?.old ?? []);
    renderPrune({...report, oldStores, isReindexing: isDryRun && isReindexing(workspace, context)}, output);
    if (report.removedStores.some(({state}) => state === 'unreachable')) exit(EXIT_BACKEND);
  });
