import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {secretsFile} from '../config/read-config.ts';
import {SECRETS, type SettingKey} from '../config/settings.ts';
import {putGitConfig, readGitConfig} from '../git/git-config.ts';
import {installHook} from '../git/hook.ts';
import {estimateImport} from '../sync/import/estimate-import.ts';
import {quoteForShell} from '../util/quote-for-shell.ts';
import {
  type CliContext,
  type CommonOptions,
  openRepositoryWorkspace,
  type RepositoryWorkspace,
  withStores,
} from './context.ts';
import {findAccessProblems, shareLocalFiles} from './local-access.ts';
import {type Output, openOutput} from './output.ts';
import {renderEstimate} from './render/render-estimate.ts';
import {openSyncRenderer} from './render/render-sync.ts';
import {exitCodeOf, runSync} from './run-sync.ts';
import {waitAtMost} from './sync-lock.ts';

const LOCK_WAIT_SECONDS = 600;

export interface InstallOptions {
  readonly dryRun: boolean;
  readonly import: boolean;
  readonly saveSecrets: boolean;
}

/**
 * The hook is in place, the flags are in the repository's config, and everything is imported afterwards. May be
 * repeated. A server that cannot be reached is found out before anything is changed.
 */
export async function installRepository(
  context: CliContext,
  common: CommonOptions,
  options: InstallOptions,
): Promise<number> {
  const output = openOutput(context, common);
  const before = await openRepositoryWorkspace(context, common);
  await withStores(before, async () => undefined);
  renderEstimate(await estimateImport(before.repository, before.config.settings), before, output);
  if (options.dryRun) return 0;

  await writeSettings(before);
  if (options.saveSecrets) saveSecrets(before, output);
  const workspace = await openRepositoryWorkspace(context, common);
  await withStores(workspace, async ({store, objects}) => {
    await store.createCollections();
    await objects.createPlace();
  });
  const {keptHook} = await placeHook(workspace);
  if (keptHook) output.note(`your own post-receive hook goes on running, as ${keptHook}`);
  warnAboutSecrets(context, workspace, output);
  await shareLocalFiles(workspace);
  for (const {problem, hint} of await findAccessProblems(workspace)) output.note(`${problem}\n     ${hint}`);
  if (!options.import) return 0;

  const renderer = openSyncRenderer(context, output, {isQuiet: common.quiet});
  const summary = await runSync(context, workspace, {
    verb: 'install',
    ...waitAtMost(LOCK_WAIT_SECONDS, output),
    onEvent: (event) => renderer.show(event),
  });
  sayWhatNext(workspace, output);
  return exitCodeOf(summary);
}

/**
 * What flags and environment said, and what identifies the repository from now on, wherever its directory goes. The
 * environment, too: the hook runs in another one, and would fill another index.
 */
async function writeSettings({gitDir, config, name, indexLocation}: RepositoryWorkspace): Promise<void> {
  const local = (await readGitConfig(gitDir, '^ctr\\.')).filter(({scope}) => scope === 'local');
  const isOwn = (key: SettingKey) => local.some((one) => one.key.toLowerCase() === key.toLowerCase());
  const given = [...config.sources].flatMap(([key, source]): [SettingKey, string[]][] => {
    const value = config.settings[key];
    const isGiven = (source === 'flag' || source === 'environment') && value !== undefined;
    return isGiven ? [[key, [value].flat().map(String)]] : [];
  });
  const identity: [SettingKey, string[]][] = [
    ['ctr.name', [name]],
    ['ctr.index.name', [indexLocation.name]],
    // Never from a config that several repositories share: one id for two would let them overwrite each other.
    ['ctr.id', [randomBytes(16).toString('hex')]],
  ];
  const {'ctr.id': id, ...others} = Object.fromEntries([
    ...identity.filter(([key]) => !isOwn(key)),
    ...given,
  ]);
  for (const [key, values] of Object.entries(others)) await putGitConfig(gitDir, key, values);
  // Last: with it the repository is installed, and a sync would import it by whatever settings are there.
  if (id) await putGitConfig(gitDir, 'ctr.id', id);
}

async function placeHook({repository}: RepositoryWorkspace) {
  const program = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));
  return installHook(repository, {command: [process.execPath, program]});
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

function saveSecrets(workspace: RepositoryWorkspace, output: Output): void {
  const file = secretsFile(workspace.config.settings, workspace.gitDir)!;
  const lines = Object.entries(workspace.config.secrets).map(([name, value]) => `${name}=${value}\n`);
  if (lines.length === 0) return;
  mkdirSync(workspace.directory, {recursive: true});
  writeFileSync(file, lines.join(''), {mode: 0o600});
  output.note(`kept ${lines.length} secrets in ${file}`);
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
