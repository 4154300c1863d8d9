import {acquireLock} from '../../queue/lock.ts';
import {openQueue} from '../../queue/notes.ts';
import {runWorker} from '../../queue/worker.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {AppContext} from '../context.ts';
import {fileFailureOf} from '../file-failure.ts';
import {PROCESS_CLOCK} from '../process-clock.ts';
import {runSyncOfWorker} from '../sync/run-sync.ts';
import {localFiles} from '../workspace/local-files.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';
import {lowerPriority} from './lower-priority.ts';
import {keepLogSmall, openJsonLog} from './worker-log.ts';

const LOCK_WAIT_MS = 60_000;
const ASKED_MS = 300;

/**
 * The main loop of the worker that a push starts: it empties the queue, and retries while a server does not answer. Every
 * event is one JSON line in the log.
 */
export async function runQueueWorker(
  context: AppContext,
  openAgain: () => Promise<RepositoryWorkspace>,
): Promise<void> {
  const workspace = await openAgain();
  let next: RepositoryWorkspace | undefined = workspace;
  lowerPriority();
  // Where there is no setsid, the hang-up of the pusher's terminal reaches the worker. Node resets what the hook ignored.
  const ignored = context.isTerminal.stderr ? [] : (['SIGHUP', 'SIGINT'] as const);
  for (const signal of ignored) process.on(signal, () => undefined);
  const files = localFiles(workspace);
  // A log that cannot be made smaller now is no reason not to work.
  await keepLogSmall(files.workerLog).catch(() => undefined);
  const log = openJsonLog(context);
  const end = await runWorker({
    queue: openQueue(files.queue),
    // A command that asks whether the lock is held has it for an instant: that is no other worker.
    tryLock: () => acquireLock(files.workerLock, {waitMs: ASKED_MS}),
    async run() {
      try {
        // Between two tries a user may have chosen another store, or corrected a setting.
        const current = next ?? (await openAgain());
        next = undefined;
        const summary = await runSyncOfWorker(context, current, {
          verb: 'worker',
          waitMs: LOCK_WAIT_MS,
          onEvent: () => undefined,
        });
        log({...summary, moves: summary.moves.length});
        return 'done';
      } catch (error) {
        const failure = error instanceof CtrError ? error : fileFailureOf(error);
        if (!failure) throw error;
        log({type: 'error', code: failure.code, message: failure.message, hint: failure.hint});
        return failure;
      }
    },
    lingerMs: workspace.config.settings['ctr.worker.lingerSeconds'] * 1000,
    ...PROCESS_CLOCK,
  });
  if (end.kind === 'failed') throw end.error;
}
