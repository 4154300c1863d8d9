import type {SyncEvent} from '../sync/sync-events.ts';
import type {Verification, VerifyProgress} from '../sync/verify/findings.ts';
import {verifyAndRepair} from '../sync/verify/repair.ts';
import {verify} from '../sync/verify/verify.ts';
import {type CliContext, localFiles, type RepositoryWorkspace, syncSettings, withStores} from './context.ts';
import {lockRepository} from './lock-repository.ts';

export interface RunVerifyOptions {
  readonly allCommits: boolean;
  readonly content: boolean;
  readonly seed: number;
  readonly isRepairing: boolean;
  readonly waitMs: number;
  readonly onWait: () => void;
  readonly onEvent: (event: VerifyProgress | Verification) => void;
}

/**
 * One verification under the repository's lock, so that nothing moves meanwhile; pushes wait for no more than their
 * indexing.
 * @throws LOCKED when a sync still runs after `waitMs`.
 */
export async function runVerify(
  {now}: Pick<CliContext, 'now'>,
  workspace: RepositoryWorkspace,
  options: RunVerifyOptions,
): Promise<Verification> {
  const settings = syncSettings(workspace);
  using _lock = await lockRepository(workspace, options);
  return withStores(workspace, async (stores) => {
    const deps = {
      ...stores,
      repository: workspace.repository,
      settings,
      failuresFile: localFiles(workspace).failures,
      now,
      onProgress: options.onEvent,
      onEvent: (_event: SyncEvent) => undefined,
    };
    const verification = options.isRepairing
      ? await verifyAndRepair(deps, {...options, onVerification: options.onEvent})
      : await verify(deps, options);
    options.onEvent(verification);
    return verification;
  });
}
