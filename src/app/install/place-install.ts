import {existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {formatFilledStore} from '../../config/filled-store.ts';
import {secretsFile} from '../../config/read-config.ts';
import {OWN_KEYS, type SettingKey} from '../../config/settings.ts';
import {deleteGitConfigValue, putGitConfig, readGitConfig} from '../../git/git-config.ts';
import {installHook, readHookState, uninstallHook} from '../../git/hook.ts';
import {claimRepository} from '../../sync/claim-repository.ts';
import {observe} from '../../sync/observe.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {killPoint} from '../../util/kill-point.ts';
import {PROGRAM} from '../package.ts';
import {memoryOf, rememberStore, storeOf} from '../stores/store-memory.ts';
import {withStores} from '../stores/with-stores.ts';
import {type RepositoryWorkspace, syncSettings} from '../workspace/open-workspace.ts';
import type {InstallPlan} from './plan-install.ts';

export interface PlacedInstall {
  /** The post-receive hook that was there before, and goes on running. */
  readonly keptHook: string | undefined;
  /** How many secrets were written, and where. */
  readonly secrets: {readonly count: number; readonly file: string} | undefined;
}

/**
 * Everything of the plan is in place: the index is claimed, the settings are in the repository's own config, the hook is
 * there. Where a step fails, what the steps before it have written is taken back. A process that is killed leaves a
 * store that is remembered, and the next install goes on with it.
 */
export async function placeInstall(
  plan: InstallPlan,
  {hasSecrets}: {hasSecrets: boolean},
): Promise<PlacedInstall> {
  await using undo = new AsyncDisposableStack();
  const takeBack = (step: () => Promise<unknown>) => undo.defer(() => ignoringFailure(step));
  const {workspace} = plan;
  const {directory, repository} = workspace;
  if (!existsSync(directory)) takeBack(() => rm(directory, {recursive: true, force: true}));
  await forgetOriginals(plan);
  await claim(plan, takeBack);
  takeBack(await readSettingsBack(workspace));
  await putSettings(plan);
  const secrets = hasSecrets ? putSecrets(workspace, takeBack) : undefined;
  const {kind} = await readHookState(repository);
  if (kind === 'absent') takeBack(() => uninstallHook(repository));
  const {keptHook} = await installHook(repository, {command: [process.execPath, PROGRAM]});
  // All of it stays.
  undo.move();
  return {keptHook, secrets};
}

/** Makes a copy forget the stores of its original, which it must not remove. */
async function forgetOriginals({workspace, id}: InstallPlan): Promise<void> {
  const {gitDir, config} = workspace;
  const home = config.settings['ctr.home'];
  if (home === undefined || home === gitDir) return;
  for (const {text, store} of memoryOf(workspace).values)
    if (store.id !== id) await deleteGitConfigValue(gitDir, 'ctr.store', text);
}

type TakeBack = (step: () => Promise<unknown>) => void;

/** Ignores a failure to undo a step, since the earlier failure matters more; `status` and `uninstall --purge` report it. */
async function ignoringFailure(step: () => Promise<unknown>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof CtrError) && !(error instanceof Error && 'code' in error)) throw error;
  }
}

/** The index says that it is this repository's, and the store is remembered since before that. */
async function claim({workspace, id}: InstallPlan, takeBack: TakeBack): Promise<void> {
  const {gitDir, repository} = workspace;
  const filled = storeOf(workspace, {id, isFilling: true});
  const isNew = await rememberStore(workspace, filled);
  await withStores(workspace, async ({store, objects}) => {
    const settings = syncSettings(workspace, id);
    const observation = await observe(repository, store, settings);
    const isOurs = observation.record !== undefined;
    takeBack(() =>
      withStores(workspace, async (again) => {
        if (!isOurs) await again.store.dropRepository(id);
        if (isNew) await deleteGitConfigValue(gitDir, 'ctr.store', formatFilledStore(filled));
      }),
    );
    const deps = {store, objects, repository, settings};
    // Without a boundary, which the first sync confirms: until then the index counts as new. Where nothing is pushed yet,
    // it is complete, and HEAD follows the first push.
    const isStale = !isOurs && observation.wanted.size > 0;
    await claimRepository(deps, {...observation, moves: []}, {isStale});
    await objects.createPlace();
  });
}

/** Puts back, when it is called, what the repository's own config says now of ctr. */
async function readSettingsBack({gitDir}: RepositoryWorkspace): Promise<() => Promise<void>> {
  const before = await readOwnSettings(gitDir);
  return async () => {
    const now = await readOwnSettings(gitDir);
    for (const key of new Set([...now.keys(), ...before.keys()])) {
      const values = before.get(key) ?? [];
      if (values.join('\0') !== now.get(key)?.join('\0')) await putGitConfig(gitDir, key, values);
    }
  };
}

/** But for the memory of stores, which is taken back by who has added to it. */
async function readOwnSettings(gitDir: string): Promise<Map<string, string[]>> {
  const values = (await readGitConfig(gitDir, '^ctr\\.')).filter(
    ({scope, key}) => scope === 'local' && key !== 'ctr.store',
  );
  const byKey = Map.groupBy(values, ({key}) => key);
  return new Map([...byKey].map(([key, found]) => [key, found.map(({value}) => value)]));
}

/**
 * Stores the settings of flags and environment, and the id that identifies the repository even if its directory moves. The
 * environment, too: the hook runs in another one, and would fill another index.
 */
async function putSettings({workspace, id}: InstallPlan): Promise<void> {
  const {gitDir, config, name, indexLocation} = workspace;
  const own = await readOwnSettings(gitDir);
  const given = [...config.sources].flatMap(([key, source]): [SettingKey, string[]][] => {
    const value = config.settings[key];
    const isGiven = (source === 'flag' || source === 'environment') && value !== undefined;
    return isGiven && !OWN_KEYS.has(key) ? [[key, [value].flat().map(String)]] : [];
  });
  const identity: [SettingKey, string[]][] = [
    ['ctr.name', [name]],
    ['ctr.index.name', [indexLocation.name]],
  ];
  const missing = identity.filter(([key]) => !own.has(key));
  for (const [key, values] of Object.entries(Object.fromEntries([...missing, ...given])))
    await putGitConfig(gitDir, key, values);
  // Last: with it the repository is installed, and a sync would import it by the settings that are there.
  if (own.get('ctr.id')?.[0] !== id) await putGitConfig(gitDir, 'ctr.id', [id]);
}

function putSecrets(workspace: RepositoryWorkspace, takeBack: TakeBack): PlacedInstall['secrets'] {
  const file = secretsFile(workspace.config.settings, workspace.gitDir)!;
  const lines = Object.entries(workspace.config.secrets).map(([name, value]) => `${name}=${value}\n`);
  if (lines.length === 0) return undefined;
  const before = existsSync(file) ? readFileSync(file) : undefined;
  takeBack(async () => {
    if (before === undefined) rmSync(file, {force: true});
    else writeFileSync(file, before, {mode: 0o600});
  });
  killPoint('write secrets');
  mkdirSync(dirname(file), {recursive: true});
  writeFileSync(file, lines.join(''), {mode: 0o600});
  return {count: lines.length, file};
}
