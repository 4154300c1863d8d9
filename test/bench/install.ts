import {withReader, withStores} from '../../src/app/stores/with-stores.ts';
import {openRepositoryWorkspace, syncSettings} from '../../src/app/workspace/open-workspace.ts';
import type {SyncSummary} from '../../src/sync/sync-progress.ts';
import type {Backend} from './backend.ts';
import {type Checkout, type MeasuredRun, measureCtr} from './measure-process.ts';
import {optionsFor, silentContext, type World} from './world.ts';

/** The imported part of a repository. */
export interface Scope {
  readonly title: string;
  readonly flags: readonly string[];
}

/** The files of HEAD's branch; undefined where HEAD is detached or its branch not born. */
export async function headScope(world: World): Promise<Scope | undefined> {
  const head = await headBranch(world);
  if (head === undefined) return undefined;
  return {title: `${head.replace('refs/heads/', '')} only`, flags: ['--refs', head, '--history', 'refs']};
}

export const WHOLE_HISTORY: Scope = {title: 'whole history', flags: ['--history', 'all']};

/** Full name of the branch that HEAD points at. */
export async function headBranch(world: World): Promise<string | undefined> {
  const head = await world
    .git('--git-dir', world.source, 'symbolic-ref', '--quiet', 'HEAD')
    .catch(() => undefined);
  if (head === undefined) return undefined;
  const isBorn = (await world.git('--git-dir', world.source, 'for-each-ref', head)) !== '';
  return isBorn ? head : undefined;
}

/** A mirror of the source in which ctr is installed, hook and all, and nothing imported yet. Its directory. */
export async function installMirror(
  world: World,
  backend: Backend,
  {flags}: Scope,
  checkout?: Checkout,
): Promise<string> {
  const gitDir = await world.mirror();
  const env = {...world.env, ...backend.secrets};
  const settings = [...backend.newIndexFlags(), ...flags];
  // Not to be interrupted: what it has made could not be found again.
  await measureCtr(['install', '--quiet', '--no-import', '--save-secrets', '--repo', gitDir, ...settings], {
    env,
    checkout,
  });
  return gitDir;
}

export interface MeasuredSync extends MeasuredRun {
  readonly summary: SyncSummary;
}

/** Brings the index to what Git has, in a process of its own. */
export async function measureSync(
  world: World,
  gitDir: string,
  {nodeArgs = [], checkout}: {nodeArgs?: readonly string[]; checkout?: Checkout} = {},
): Promise<MeasuredSync> {
  const run = await measureCtr(['sync', '--json', '--repo', gitDir], {
    env: world.env,
    signal: world.signal,
    nodeArgs,
    checkout,
  });
  return {...run, summary: JSON.parse(run.stdout.trimEnd().split('\n').at(-1)!) as SyncSummary};
}

export interface StoredSizes {
  readonly entries: number;
  readonly commits: number;
  readonly refs: number;
  readonly indexBytes: number;
  readonly objects: number;
  readonly objectBytes: number;
}

export async function readSizes(world: World, gitDir: string): Promise<StoredSizes> {
  const workspace = await openRepositoryWorkspace(silentContext(world.env), optionsFor(gitDir));
  const {repo, index} = syncSettings(workspace);
  return withStores(workspace, async ({store, objects}) => {
    // Queries must see the last refs, too.
    await store.refresh();
    const {sizeBytes: indexBytes, ...counts} = await store.count(repo);
    let count = 0;
    let objectBytes = 0;
    for await (const batch of objects.list(`${index}/${repo}/`)) {
      count += batch.length;
      for (const {sizeBytes} of batch) objectBytes += sizeBytes;
    }
    return {...counts, indexBytes, objects: count, objectBytes};
  });
}

/** Runs `work` with a reader of what the mirror has indexed. */
export async function withReaderOf<T>(
  world: World,
  gitDir: string,
  work: Parameters<typeof withReader<T>>[1],
): Promise<T> {
  return withReader(await openRepositoryWorkspace(silentContext(world.env), optionsFor(gitDir)), work);
}

/** Nothing that was indexed from the mirror is left. Not to be called before its first import. Cannot be interrupted. */
export async function purge(world: World, gitDir: string, checkout?: Checkout): Promise<void> {
  await measureCtr(['uninstall', '--purge', '--quiet', '--repo', gitDir], {env: world.env, checkout});
}
