import {mkdir} from 'node:fs/promises';
import {acquireLock} from '../queue/lock.ts';
import {CtrError} from '../util/ctr-error.ts';
import {localFiles, type RepositoryWorkspace} from './context.ts';
import type {Output} from './output.ts';

/** How long to wait for another run on the same repository, and whom to tell (once) that there is a wait. */
export interface SyncLockOptions {
  readonly waitMs: number;
  readonly onWait?: () => void;
}

/** Waits so many seconds, and tells people that it does. */
export function waitAtMost(seconds: number, output: Pick<Output, 'note'>): Required<SyncLockOptions> {
  return {
    waitMs: seconds * 1000,
    onWait: () => output.note('another run on this repository holds the lock; waiting for it'),
  };
}

/**
 * Nobody else on this machine changes the repository's index until the result is disposed of.
 * @throws LOCKED when another run still holds it after `waitMs`.
 */
export async function acquireSyncLock(
  workspace: RepositoryWorkspace,
  options: SyncLockOptions,
): Promise<Disposable> {
  await mkdir(workspace.directory, {recursive: true});
  const lock = await acquireLock(localFiles(workspace).syncLock, options);
  if (lock) return lock;
  throw new CtrError('LOCKED', `another sync of ${workspace.gitDir} is still running`, {
    hint: 'See `ctr status`; or wait longer with --wait <seconds>.',
  });
}

/**
 * No reindex of the repository runs until the result is disposed of. Syncs go on; who needs both takes this one first.
 * @throws LOCKED when one still runs after `waitMs`.
 */
export async function acquireReindexLock(
  workspace: RepositoryWorkspace,
  options: SyncLockOptions,
): Promise<Disposable> {
  await mkdir(workspace.directory, {recursive: true});
  const lock = await acquireLock(localFiles(workspace).reindexLock, options);
  if (lock) return lock;
  throw new CtrError('LOCKED', `a reindex of ${workspace.gitDir} is running`, {
    hint: 'Try again when it has ended.',
  });
}

/** Whether a reindex of the repository runs now. */
export async function isReindexing(workspace: RepositoryWorkspace): Promise<boolean> {
  using lock = await acquireLock(localFiles(workspace).reindexLock, {waitMs: 0});
  return lock === undefined;
}
