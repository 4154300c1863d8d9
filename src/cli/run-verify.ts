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
 * indexing.
 * @throws LOCKED when a sync still runs after `waitMs`.
 */
export async function runVerify(
  context: Pick<CliContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  options: RunVerifyOptions,
): Promise<Verification> {
  return runLocked(context, workspace, {waitMs: options.waitMs, onWait: options.onWait}, async (deps) => {
    const watched = {...deps, onProgress: options.onShow};
    const verification = options.isRepairing
      ? await verifyAndRepair(watched, {...options, onVerification: options.onShow})
      : await verify(watched, options);
    options.onShow(verification);
    return verification;
  });
}
