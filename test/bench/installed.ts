import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {localFiles} from '../../src/app/workspace/local-files.ts';
import {acquireLock} from '../../src/queue/lock.ts';
import {openQueue} from '../../src/queue/notes.ts';
import type {Backend} from './backend.ts';
import {headBranch, installMirror, measureSync, purge, WHOLE_HISTORY} from './install.ts';
import {progress} from './progress.ts';
import type {World} from './world.ts';

const POLL_MS = 20;
const WORKER_MAX_MS = 120_000;

/** A mirror with the hook in place, whose whole history is indexed. What is indexed goes when it is disposed of. */
export interface Installed extends AsyncDisposable {
  readonly gitDir: string;
  /** Full name of HEAD's branch. */
  readonly ref: string;
}

/** @throws Error where HEAD names no branch. */
export async function installWhole(world: World, backend: Backend): Promise<Installed> {
  const ref = await headBranch(world);
  if (ref === undefined) throw new Error('pushes and searches need a branch, and HEAD names none');
  progress(`${backend.kind}: importing everything, for pushes and searches`);
  const gitDir = await installMirror(world, backend, WHOLE_HISTORY);
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => purge(world, gitDir));
  await measureSync(world, gitDir);
  const kept = cleanup.move();
  return {gitDir, ref, [Symbol.asyncDispose]: () => kept.disposeAsync()};
}

/** Waits until all earlier pushes are indexed, and the worker has ended. */
export async function awaitWorker(gitDir: string): Promise<void> {
  const files = localFiles({directory: join(gitDir, 'ctr')});
  const queue = openQueue(files.queue);
  const deadline = performance.now() + WORKER_MAX_MS;
  // Does not test the lock: a worker that is refused would leave its note to the holder.
  while ((await queue.countNotes()) > 0) {
    if (performance.now() > deadline) throw new Error(`the worker of ${gitDir} does not come to an end`);
    await delay(POLL_MS);
  }
  await awaitIdle(gitDir);
}

/** No worker runs, whether it has done its work or given it up. */
export async function awaitIdle(gitDir: string): Promise<void> {
  const {workerLock} = localFiles({directory: join(gitDir, 'ctr')});
  using lock = await acquireLock(workerLock, {waitMs: WORKER_MAX_MS});
  if (!lock) throw new Error(`a worker of ${gitDir} still runs`);
}
