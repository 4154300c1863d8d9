import {verifyAndRepair} from '../sync/repair/repair.ts';
import type {Verification, VerifyProgress} from '../sync/verify/findings.ts';
import {verify} from '../sync/verify/verify.ts';
import type {AppContext} from './context.ts';
import {acquireRunLock, type SyncLockOptions} from './locked/locks.ts';
import {dropGenerations, runLocked} from './locked/run-locked.ts';
import {verifyProgress} from './locked/work-file.ts';
import {localFiles} from './workspace/local-files.ts';
import type {RepositoryWorkspace} from './workspace/open-workspace.ts';

export interface RunVerifyOptions extends SyncLockOptions {
  readonly allCommits: boolean;
  readonly content: boolean;
  readonly seed: number;
  readonly isRepairing: boolean;
  readonly onShow: (event: VerifyProgress | Verification) => void;
}

/**
 * One verification under the repository's lock, so that no ref moves during it; pushes wait only to be
 * indexed. Repair holds the lock of reindex, too, because it may build the next generation.
 * @throws LOCKED when a sync, or for repair a reindex, still runs after `waitMs`.
 */
export async function runVerify(
  context: Pick<AppContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  options: RunVerifyOptions,
): Promise<Verification> {
  const {waitMs, onWait, onInterrupt, isRepairing} = options;
  const lock = {verb: 'verify' as const, waitMs, onWait, onInterrupt};
  using _lock = isRepairing ? await acquireRunLock(workspace, 'reindex', lock) : undefined;
  return runLocked(context, workspace, lock, async (deps, shown) => {
    const onProgress = (progress: VerifyProgress) => {
      shown.show(verifyProgress(progress));
      options.onShow(progress);
    };
    const watched = {...deps, onProgress};
    const verification = isRepairing
      ? await verifyAndRepair(
          {
            ...watched,
            nextFailuresFile: localFiles(workspace).nextFailures,
            dropOthers: () => dropGenerations(deps.store, 'if unused'),
          },
          {...options, onVerification: options.onShow},
        )
      : await verify(watched, {...options, sharesObjects: () => deps.store.hasNext()});
    options.onShow(verification);
    return verification;
  });
}
