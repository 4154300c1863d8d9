import {PassThrough} from 'node:stream';
import type {AppContext} from '../../src/app/context.ts';
import {withStores} from '../../src/app/stores/with-stores.ts';
import {openRepositoryWorkspace, syncSettings} from '../../src/app/workspace/open-workspace.ts';
import {sync} from '../../src/sync/sync.ts';
import {CtrError} from '../../src/util/ctr-error.ts';
import type {CtrRig} from './ctr-rig.ts';

/**
 * Two syncs of one repository at the same time, past the lock that would keep them apart: as when a lock is lost, or
 * two machines share a disk. Each may be refused as overtaken; neither may fail otherwise.
 */
export async function raceSyncs(rig: CtrRig): Promise<void> {
  const results = await Promise.allSettled([syncWithoutLock(rig), syncWithoutLock(rig)]);
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    const error: unknown = result.reason;
    if (!(error instanceof CtrError) || error.code !== 'CONFLICT') throw error;
  }
}

/** One sync that asks for no lock. */
export async function syncWithoutLock(rig: CtrRig): Promise<void> {
  const context: AppContext = {
    env: rig.env,
    cwd: rig.gitDir,
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    isTerminal: {stdout: false, stderr: false},
    now: () => new Date(),
  };
  const common = {repo: rig.gitDir, json: false, quiet: true, verbose: false, flags: new Map()};
  const workspace = await openRepositoryWorkspace(context, common);
  await withStores(workspace, async (stores) => {
    await sync({
      ...stores,
      repository: workspace.repository,
      settings: syncSettings(workspace),
      failuresFile: `${workspace.directory}/failures.json`,
      onEvent: () => undefined,
      now: context.now,
    });
  });
}
