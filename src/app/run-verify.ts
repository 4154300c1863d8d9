import type {Verification, VerifyProgress} from '../sync/verify/findings.ts';
import {verifyAndRepair} from '../sync/verify/repair.ts';
import {verify} from '../sync/verify/verify.ts';
import type {AppContext} from './context.ts';
import type {SyncLockOptions} from './locked/locks.ts';
import {runLocked} from './locked/run-locked.ts';
import {verifyProgress} from './locked/work-file.ts';
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
 * indexed. Repair drops what an interrupted reindex has built: it cannot tell what that needs.
 * @throws LOCKED when a sync, or for repair a reindex, still runs after `waitMs`.
 */
export async function runVerify(
  context: Pick<AppContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  options: RunVerifyOptions,
): Promise<Verification> {
  const {waitMs, onWait, onInterrupt, isRepairing} = options;
  const dropsGenerations = isRepairing ? ('if unused' as const) : ('no' as const);
  const lock = {verb: 'verify' as const, waitMs, onWait, onInterrupt, dropsGenerations};
  return runLocked(context, workspace, lock, async (deps, shown) => {
    const onProgress = (progress: VerifyProgress) => {
      shown.show(verifyProgress(progress));
      options.onShow(progress);
    };
    const watched = {...deps, onProgress};
    const chosen = {...options, sharesObjects: () => deps.store.hasNext()};
    const verification = isRepairing
      ? await verifyAndRepair(watched, {...chosen, onVerification: options.onShow})
      : await verify(watched, chosen);
    options.onShow(verification);
    return verification;
  });
}
