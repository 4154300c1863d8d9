import {isLockHeld} from '../../queue/lock.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type HookHealth, readHookHealth} from '../status/hook-health.ts';
import type {Status} from '../status/read-status.ts';
import {localFiles} from '../workspace/local-files.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';
import {readLastError} from './worker-log.ts';

/** How long a worker may take from its note to its lock, on a machine that has much else to do. */
const START_MAX_MS = 20_000;

/**
 * Looks, for a command that waits for the worker of a push, whether there is one; called at each look of that command,
 * while what it waits for is not there. Says once what the worker waits for.
 * @throws CONFIG where the hook cannot start a worker, PARTIAL where the worker has ended and left the note
 */
export function openWorkerWatch(
  workspace: RepositoryWorkspace,
  say: (text: string) => void,
  nowMs: () => number,
): (status: Pick<Status, 'running' | 'queue'>) => Promise<void> {
  const {workerLog, workerLock} = localFiles(workspace);
  const said = new Set<string>();
  const sayOnce = (text: string) => {
    if (!said.has(text)) say(text);
    said.add(text);
  };
  let health: HookHealth | undefined;
  let idleSinceMs: number | undefined;
  return async ({running, queue}) => {
    if (running.length > 0) {
      idleSinceMs = undefined;
      return;
    }
    health ??= await readHookHealth(workspace.repository);
    if (health.hook === 'broken') throw broken(health);
    if (queue.notes === 0) {
      if (health.hook !== 'installed') sayOnce(`pushes are not noticed (hook: ${health.hook})`);
      return;
    }
    const lastError = await readLastError(workerLog);
    if (isLockHeld(workerLock) !== false) {
      idleSinceMs = undefined;
      if (lastError) sayOnce(`the worker tries again: ${lastError}; its log: ${workerLog}`);
      return;
    }
    idleSinceMs ??= nowMs();
    if (nowMs() - idleSinceMs > START_MAX_MS) throw ended(lastError, workerLog);
  };
}

function broken({hookProblem}: HookHealth): CtrError {
  return new CtrError('CONFIG', hookProblem!, {hint: 'Run `ctr install` again: it keeps everything.'});
}

function ended(lastError: string | undefined, workerLog: string): CtrError {
  return new CtrError(
    'PARTIAL',
    `the worker has ended and left its work: ${lastError ?? 'it says nothing'}`,
    {
      hint: `Its log: ${workerLog}. \`ctr sync\` does the work.`,
      data: {workerLog},
    },
  );
}
