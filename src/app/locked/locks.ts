import {mkdir} from 'node:fs/promises';
import type {RunningWork} from '../../domain/running-work.ts';
import {workLine} from '../../domain/work-words.ts';
import {acquireLock, type LockOptions} from '../../queue/lock.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {localFiles} from '../workspace/local-files.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';
import type {Interruption} from './interruption.ts';
import {readRunningWork} from './work-file.ts';

const ASKING_MS = 300;

/** How long to wait for another run on the same repository, and whom to tell what. */
export interface SyncLockOptions {
  readonly waitMs: number;
  /** Told once that there is a wait, and for what. */
  readonly onWait?: ((work: readonly RunningWork[]) => void) | undefined;
  /** Called when a signal ends the process while it holds the lock. */
  readonly onInterrupt?: ((said: Interruption) => void) | undefined;
}

const LOCKS = {
  sync: {file: 'syncLock', hint: 'Wait longer with --wait <seconds>; `ctr status` shows how far it is.'},
  reindex: {file: 'reindexLock', hint: 'Try again when it has ended; `ctr status` shows how far it is.'},
} as const;

/**
 * Until the result is disposed of, with the lock of `sync` no other process on this machine changes the repository's
 * index, and with that of `reindex` no reindex of it runs, while syncs go on. A run that needs both takes the one of
 * `reindex` first.
 * @throws LOCKED if another run still holds the lock after `waitMs`.
 */
export async function acquireRunLock(
  workspace: RepositoryWorkspace,
  kind: keyof typeof LOCKS,
  options: SyncLockOptions,
): Promise<Disposable> {
  const {file, hint} = LOCKS[kind];
  await mkdir(workspace.directory, {recursive: true});
  const lock = await acquireLock(localFiles(workspace)[file], waitFor(workspace, options));
  if (lock) return lock;
  throw lockedBy(workspace, hint);
}

function waitFor(workspace: RepositoryWorkspace, {waitMs, onWait}: SyncLockOptions): LockOptions {
  // A command that asks whether the lock is held has it for an instant: that is not to be taken for a run.
  return {
    waitMs: Math.max(waitMs, ASKING_MS),
    onWait: () => {
      if (waitMs > ASKING_MS) onWait?.(readRunningWork(workspace, new Date()));
    },
  };
}

function lockedBy(workspace: RepositoryWorkspace, hint: string): CtrError {
  const work = readRunningWork(workspace, new Date());
  const who = work.map(workLine)[0] ?? 'another run';
  return new CtrError('LOCKED', `${workspace.gitDir} is being worked on: ${who}`, {
    hint,
    data: {running: work},
  });
}
