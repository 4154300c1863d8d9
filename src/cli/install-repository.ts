import {existsSync} from 'node:fs';
import {isSameIndex, labelOfIndex, labelOfObjects} from '../config/filled-store.ts';
import {secretsFile} from '../config/read-config.ts';
import {SECRETS} from '../config/settings.ts';
import {readRefs} from '../git/refs.ts';
import {estimateImport} from '../sync/import/estimate-import.ts';
import {isHeadLost, selectRefs} from '../sync/observe.ts';
import {quoteForShell} from '../util/quote-for-shell.ts';
import {
  type CliContext,
  type CommonOptions,
  openRepositoryWorkspace,
  type RepositoryWorkspace,
} from './context.ts';
import {placeInstall} from './install/place-install.ts';
import {type InstallPlan, planInstall} from './install/plan-install.ts';
import {findAccessProblems, shareLocalFiles} from './local-access.ts';
import {type Output, openOutput} from './output.ts';
import {renderEstimate} from './render/render-estimate.ts';
import {openReindexRenderer} from './render/render-reindex.ts';
import {lostHeadWords} from './render/render-status.ts';
import {openSyncRenderer} from './render/render-sync.ts';
import {runReindex} from './run-reindex.ts';
import {exitCodeOf, runSync} from './run-sync.ts';
import {confirmStore, storeOf} from './stores/store-memory.ts';
import {waitAtMost} from './sync-lock.ts';

const LOCK_WAIT_SECONDS = 600;

export interface InstallOptions {
  readonly dryRun: boolean;
  readonly import: boolean;
  readonly saveSecrets: boolean;
}

/**
 * The hook is in place, the flags are in the repository's config, and everything is imported afterwards. May be
 * repeated, also to say that another store is meant from now on. What can be known to fail is found out before anything
 * is changed; where a later step fails, all of it is taken back.
 */
export async function installRepository(
  context: CliContext,
  common: CommonOptions,
  options: InstallOptions,
): Promise<number> {
  const output = openOutput(context, common);
  const before = await openRepositoryWorkspace(context, common);
  const plan = await planInstall(before);
  renderEstimate(await estimateImport(before.repository, before.config.settings), plan.workspace, output);
  if (options.dryRun) return 0;

  const {keptHook, secrets} = await placeInstall(plan, {hasSecrets: options.saveSecrets});
  if (secrets) output.note(`kept ${secrets.count} secrets in ${secrets.file}`);
  if (keptHook) output.note(`your own post-receive hook goes on running, as ${keptHook}`);
  const workspace = await openRepositoryWorkspace(context, common);
  sayNames(plan, workspace, output);
  warnAboutSecrets(context, workspace, output);
  await shareLocalFiles(workspace);
  for (const {problem, hint} of await findAccessProblems(workspace)) output.note(`${problem}\n     ${hint}`);
  if (isMoved(plan)) return reindexForMove(context, workspace, {options, common, output});
  await confirmStore(workspace, storeOf(workspace, plan));
  if (!options.import) return 0;

  const renderer = openSyncRenderer(context, output, {isQuiet: common.quiet});
  // What was confirmed is what the run must find.
  const summary = await runSync(context, await openRepositoryWorkspace(context, common), {
    verb: 'install',
    ...waitAtMost(LOCK_WAIT_SECONDS, output),
    onEvent: (event) => renderer.show(event),
  });
  await warnAboutHead(workspace, output);
  sayWhatNext(workspace, output);
  return exitCodeOf(summary);
}

/** Whether the objects are to be elsewhere while the index stays: what its documents name is in the old place alone. */
function isMoved({change}: InstallPlan): boolean {
  return change !== undefined && isSameIndex(change.from, change.to);
}

async function reindexForMove(
  context: CliContext,
  workspace: RepositoryWorkspace,
  {options, common, output}: {options: InstallOptions; common: CommonOptions; output: Output},
): Promise<number> {
  if (!options.import) {
    output.note(
      'The objects are to be elsewhere: `ctr reindex` brings them there. Until then nothing is synced.',
    );
    return 0;
  }
  const renderer = openReindexRenderer(context, output, {isQuiet: common.quiet});
  const summary = await runReindex(context, workspace, {
    isInstalling: true,
    ...waitAtMost(LOCK_WAIT_SECONDS, output),
    onEvent: (event) => renderer.show(event),
  });
  return exitCodeOf(summary);
}

/** What readers on other machines have to know, and what stays where the repository was before. */
function sayNames(
  {takenName, change}: InstallPlan,
  {indexLocation}: RepositoryWorkspace,
  output: Output,
): void {
  const {url, name} = indexLocation;
  if (takenName !== undefined)
    output.note(
      `The index ${takenName} belongs to another repository; this one's is ${name} (ctr.index.name).`,
    );
  if (url !== 'embedded')
    output.note(`Readers on other machines: CTR_INDEX_URL=${url} CTR_INDEX_NAME=${name}`);
  if (change === undefined) return;
  const left = isSameIndex(change.from, change.to) ? labelOfObjects(change.from) : labelOfIndex(change.from);
  output.note(`What was indexed before stays in ${left}: \`ctr prune --old-stores\` removes it.`);
}

/** The hook runs in the environment of whoever pushes, which seldom has our secrets. */
function warnAboutSecrets({env}: CliContext, workspace: RepositoryWorkspace, output: Output): void {
  const file = secretsFile(workspace.config.settings, workspace.gitDir)!;
  const onlyHere = SECRETS.filter((name) => env[name] && workspace.config.secrets[name]);
  if (onlyHere.length === 0 || existsSync(file)) return;
  output.note(
    `${onlyHere.join(', ')}: only in this environment. For pushes, keep them in ${file} (--save-secrets does).`,
  );
}

/** What is said next, a search that names no ref, would fail. */
async function warnAboutHead({repository, config}: RepositoryWorkspace, output: Output): Promise<void> {
  const {head, refs} = await readRefs(repository);
  const wanted = selectRefs(refs, config.settings['ctr.refs']);
  if (isHeadLost({head, wanted})) output.note(`HEAD: ${lostHeadWords(head ?? null)}`);
}

function sayWhatNext({gitDir, config}: RepositoryWorkspace, output: Output): void {
  const repo = quoteForShell(gitDir);
  output.note(`\nEvery push is indexed from now on. Try:
  ctr search --repo ${repo} 'some words'
  ctr status --repo ${repo}
For pushes whose hook never ran, let cron or a timer run now and then: ctr sync --repo ${repo}`);
  if (config.settings['ctr.index.url'] === 'embedded') {
    output.note('The index is inside the repository (ctr/index.db). For OpenSearch and S3 see the README.');
  }
}
