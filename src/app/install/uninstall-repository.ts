import {existsSync, readdirSync, rmdirSync} from 'node:fs';
import {rm} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {placesOf, type StorePlace} from '../../config/filled-store.ts';
import {secretsFile} from '../../config/read-config.ts';
import {deleteGitConfig} from '../../git/git-config.ts';
import {uninstallHook} from '../../git/hook.ts';
import {acquireRunLock} from '../locked/locks.ts';
import {findOriginal} from '../ownership/assert-no-copy.ts';
import {forgetSettled} from '../stores/old-stores.ts';
import {removeStores, type StoreOutcome} from '../stores/remove-stores.ts';
import {memoryOf, storeOf} from '../stores/store-memory.ts';
import {localFiles} from '../workspace/local-files.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';

const LOCK_WAIT_MS = 600_000;

/** The result of an uninstall, and the things that it has left. */
export interface UninstallReport {
  readonly type: 'uninstall';
  readonly isPurge: boolean;
  /** False where there was nothing of ctr: then nothing was done. */
  readonly wasInstalled: boolean;
  /** Each place that was purged, or could not be. */
  readonly stores: readonly StoreOutcome[];
  /** Remaining things, for people: if ctr could reach everything, only those that others may use. */
  readonly kept: readonly string[];
}

/**
 * Removes the hook, so that the hooks are byte for byte as before, and drops all events. With `isPurge` it also deletes
 * everything that was indexed, in every store that the repository has ever filled, the settings and the local folder. If
 * a store cannot be reached, the settings stay, and with them the record of that store.
 */
export async function uninstallRepository(
  workspace: RepositoryWorkspace,
  {isPurge}: {isPurge: boolean},
): Promise<UninstallReport> {
  const wasInstalled = isInstalled(workspace);
  // The hook first: no push may start a worker while its index goes.
  await uninstallHook(workspace.repository);
  await rm(localFiles(workspace).events, {recursive: true, force: true});
  if (!isPurge) return {type: 'uninstall', isPurge, wasInstalled, stores: [], kept: listKept(workspace)};
  using _reindexLock = await acquireRunLock(workspace, 'reindex', {waitMs: LOCK_WAIT_MS});
  // Held to the end: a worker that waits for it must find that nothing is installed any more.
  using _lock = await acquireRunLock(workspace, 'sync', {waitMs: LOCK_WAIT_MS});
  const original = await findOriginal(workspace);
  const stores = await removeStores(workspace, listPlaces(workspace, original), {
    isDryRun: false,
    inUse: undefined,
    isInUse: {index: async () => false, objects: async () => false},
  });
  if (stores.some(({state}) => state === 'unreachable')) {
    await forgetSettled(workspace, stores, undefined);
    return {type: 'uninstall', isPurge, wasInstalled, stores, kept: []};
  }
  await deleteGitConfig(workspace.gitDir);
  await rm(workspace.directory, {recursive: true, force: true});
  const kept = [...listOutside(workspace, stores), ...(original === undefined ? [] : [ownedBy(original)])];
  return {type: 'uninstall', isPurge, wasInstalled, stores, kept};
}

/** Everything that was ever filled, and what the settings say now. Of a copy only what was copied along. */
function listPlaces(workspace: RepositoryWorkspace, original: string | undefined): StorePlace[] {
  const memory = memoryOf(workspace);
  const id = workspace.config.settings['ctr.id'];
  const filled = id === undefined ? memory.filled : [...memory.filled, storeOf(workspace, {id})];
  return placesOf(filled).filter(({kind, store}) => original === undefined || store[kind].url === 'embedded');
}

function ownedBy(original: string): string {
  return `what is indexed on servers: it belongs to ${original}, of which this repository is a copy`;
}

/** True if the repository has settings or a folder of ctr. */
function isInstalled(workspace: RepositoryWorkspace): boolean {
  const hasStores = memoryOf(workspace).filled.length > 0;
  return workspace.config.settings['ctr.id'] !== undefined || hasStores || existsSync(workspace.directory);
}

/** After the hook alone is out. */
function listKept(workspace: RepositoryWorkspace): string[] {
  if (!isInstalled(workspace)) return [];
  const {settings} = workspace.config;
  const secrets = secretsFile(settings, workspace.gitDir)!;
  return [
    'the index and its objects',
    "the settings (ctr.* in the repository's Git configuration)",
    ...(existsSync(secrets) ? [`the secrets in ${secrets}`] : []),
  ];
}

/** Things that ctr has created, or may have created, and that others may use as well. */
function listOutside(workspace: RepositoryWorkspace, stores: readonly StoreOutcome[]): string[] {
  const {config, gitDir} = workspace;
  const buckets = stores.flatMap(({kind, store: {objects}}) =>
    kind === 'objects' && objects.url !== 'embedded'
      ? [`the bucket ${objects.bucket} at ${objects.url}`]
      : [],
  );
  const secrets = config.settings['ctr.secretsFile'];
  const tokens = config.settings['ctr.serve.tokens'] ?? join(dirname(gitDir), '.ctr-tokens');
  return [
    ...new Set(buckets),
    ...(secrets !== undefined && existsSync(secrets) ? [`the secrets in ${secrets}`] : []),
    ...(isLeftWithTokens(tokens) ? [`the tokens of \`ctr serve\` in ${tokens}`] : []),
  ];
}

/** An empty folder of tokens is made again when a token is: it goes. */
function isLeftWithTokens(directory: string): boolean {
  if (!existsSync(directory)) return false;
  if (readdirSync(directory).length > 0) return true;
  rmdirSync(directory);
  return false;
}
