import type {Verification, VerifyProgress} from '../sync/verify/findings.ts';
import {verifyAndRepair} from '../sync/verify/repair.ts';
import {verify} from '../sync/verify/verify.ts';
import type {CliContext, RepositoryWorkspace} from './context.ts';
import {runLocked} from './run-locked.ts';

export interface RunVerifyOptions {
  readonly allCommits: boolean;
  readonly content: boolean;
  readonly seed: number;
  readonly isRepairing: boolean;
  readonly waitMs: number;
  readonly onWait: () => void;
  readonly onShow: (event: VerifyProgress | Verification) => void;
}

/**
 * One verification under the repository's lock, so that nothing moves meanwhile; pushes wait for no more than their
 * indexing. Repair drops what an interrupted reindex has built: it cannot tell what that needs.
 * @throws LOCKED when a sync, or for repair a reindex, still runs after `waitMs`.
 */
export async function runVerify(
  context: Pick<CliContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  options: RunVerifyOptions,
): Promise<Verification> {
  const {waitMs, onWait, isRepairing} = options;
  const lock = {waitMs, onWait, dropsGenerations: isRepairing ? ('if unused' as const) : ('no' as const)};
  return runLocked(context, workspace, lock, async (deps) => {
    const watched = {...deps, onProgress: options.onShow};
    const chosen = {...options, sharesObjects: () => deps.store.hasNext()};
    const verification = isRepairing
      ? await verifyAndRepair(watched, {...chosen, onVerification: options.onShow})
      : await verify(watched, chosen);
    options.onShow(verification);
    return verification;
  });
}
