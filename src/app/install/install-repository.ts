import {existsSync} from 'node:fs';
import {isSameIndex} from '../../config/filled-store.ts';
import {secretsFile} from '../../config/read-config.ts';
import {SECRETS} from '../../config/settings.ts';
import {readRefs} from '../../git/refs.ts';
import {estimateImport, type ImportEstimate} from '../../sync/import/estimate-import.ts';
import {isHeadLost, selectRefs} from '../../sync/observe.ts';
import type {ReindexEvent} from '../../sync/reindex/reindex-progress.ts';
import type {SyncEvent} from '../../sync/sync-progress.ts';
import type {AppContext, CommonOptions} from '../context.ts';
import type {SyncLockOptions} from '../locked/locks.ts';
import {type AccessProblem, findAccessProblems, shareLocalFiles} from '../ownership/local-access.ts';
import {runReindex} from '../run-reindex.ts';
import {confirmStore, storeOf} from '../stores/store-memory.ts';
import {exitCodeOf, runSync} from '../sync/run-sync.ts';
import {openRepositoryWorkspace, type RepositoryWorkspace} from '../workspace/open-workspace.ts';
import {type PlacedInstall, placeInstall} from './place-install.ts';
import {type InstallPlan, planInstall} from './plan-install.ts';

export interface InstallOptions {
  readonly dryRun?: true;
  readonly import: boolean;
  readonly saveSecrets?: true;
}

/** How far an install is. */
export type InstallEvent =
  | {readonly type: 'estimate'; readonly estimate: ImportEstimate; readonly workspace: RepositoryWorkspace}
  | {readonly type: 'placed'; readonly placed: Placed}
  | {readonly type: 'sync'; readonly event: SyncEvent}
  | {readonly type: 'reindex'; readonly event: ReindexEvent}
  /** The objects are to be elsewhere, and the import was not asked for. */
  | {readonly type: 'reindex-due'}
  | {readonly type: 'imported'; readonly workspace: RepositoryWorkspace; readonly head: HeadState};

/** The hook and the settings are in place; nothing is imported yet. */
export interface Placed extends PlacedInstall {
  readonly plan: InstallPlan;
  readonly workspace: RepositoryWorkspace;
  /** Secrets that the hook, which runs in the pusher's environment, will not have. */
  readonly unsaved: {readonly names: readonly string[]; readonly file: string};
  readonly access: readonly AccessProblem[];
}

/** `name`: the branch that HEAD names. `isLost`: no indexed ref has that name, so readers must name a ref. */
export interface HeadState {
  readonly name: string | null;
  readonly isLost: boolean;
}

/**
 * The hook is in place, the flags are in the repository's config, and everything is imported afterwards. May be
 * repeated, also to say that another store is meant from now on. What can be known to fail is found out before anything
 * is changed; where a later step fails, all of it is taken back. Returns the exit code.
 */
export async function installRepository(
  context: AppContext,
  common: CommonOptions,
  options: InstallOptions & {readonly lock: SyncLockOptions; readonly onEvent: (event: InstallEvent) => void},
): Promise<number> {
  const {lock, onEvent} = options;
  const before = await openRepositoryWorkspace(context, common);
  const plan = await planInstall(before);
  const estimate = await estimateImport(before.repository, before.config.settings);
  onEvent({type: 'estimate', estimate, workspace: plan.workspace});
  if (options.dryRun) return 0;

  const placed = await placeInstall(plan, {hasSecrets: options.saveSecrets === true});
  const workspace = await openRepositoryWorkspace(context, common);
  await shareLocalFiles(workspace);
  const access = await findAccessProblems(workspace);
  onEvent({
    type: 'placed',
    placed: {...placed, plan, workspace, access, unsaved: findUnsavedSecrets(context, workspace)},
  });
  if (isMoved(plan)) return reindexForMove(context, workspace, options);
  await confirmStore(workspace, storeOf(workspace, plan));
  if (!options.import) return 0;

  // What was confirmed is what the run must find.
  const summary = await runSync(context, await openRepositoryWorkspace(context, common), {
    verb: 'install',
    ...lock,
    onEvent: (event) => onEvent({type: 'sync', event}),
  });
  onEvent({type: 'imported', workspace, head: await readHeadState(workspace)});
  return exitCodeOf(summary);
}

/** True if only the place of objects changes: then the objects that the index names are only in the old place. */
function isMoved({change}: InstallPlan): boolean {
  return change !== undefined && isSameIndex(change.from, change.to);
}

async function reindexForMove(
  context: AppContext,
  workspace: RepositoryWorkspace,
  {lock, onEvent, ...options}: Parameters<typeof installRepository>[2],
): Promise<number> {
  if (!options.import) {
    onEvent({type: 'reindex-due'});
    return 0;
  }
  const summary = await runReindex(context, workspace, {
    isInstalling: true,
    ...lock,
    onEvent: (event) => onEvent({type: 'reindex', event}),
  });
  return exitCodeOf(summary);
}

function findUnsavedSecrets({env}: AppContext, {config, gitDir}: RepositoryWorkspace): Placed['unsaved'] {
  const file = secretsFile(config.settings, gitDir)!;
  const names = existsSync(file) ? [] : SECRETS.filter((name) => env[name] && config.secrets[name]);
  return {names, file};
}

async function readHeadState({repository, config}: RepositoryWorkspace): Promise<HeadState> {
  const {head, refs} = await readRefs(repository);
  const wanted = selectRefs(refs, config.settings['ctr.refs']);
  return {name: head ?? null, isLost: isHeadLost({head, wanted})};
}
