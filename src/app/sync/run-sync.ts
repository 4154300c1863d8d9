import {openQueue} from '../../queue/notes.ts';
import {sync} from '../../sync/sync.ts';
import {isIdle, type SyncEvent, type SyncSummary} from '../../sync/sync-progress.ts';
import type {LockedDeps} from '../../sync/sync-run.ts';
import type {AppContext} from '../context.ts';
import {type RunLockedOptions, runLocked} from '../locked/run-locked.ts';
import {localFiles} from '../workspace/local-files.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';

const EXIT_PARTIAL = 5;

export type RunSyncOptions = Omit<RunLockedOptions, 'dropsGenerations'> & {
  readonly onEvent: (event: SyncEvent) => void;
};

/**
 * One sync under the repository's lock. The notes that were there before it began are dropped when it succeeds:
 * it has seen all that they announced.
 * @throws LOCKED when another sync still runs after `waitMs`.
 */
export async function runSync(
  context: Pick<AppContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  options: RunSyncOptions,
): Promise<SyncSummary> {
  const queue = openQueue(localFiles(workspace).queue);
  return await runLocked(context, workspace, options, async (deps) => {
    const syncWithNotes = async (events: Pick<LockedDeps, 'onEvent'>) => {
      const notes = await queue.claimNotes();
      const summary = await syncOnce({...deps, ...events});
      await queue.dropNotes(notes);
      return summary;
    };
    const summary = await syncWithNotes(deps);
    // A push during a long import may have had a worker that gave up waiting for our lock: its note is ours to serve.
    // Once: a push that comes from now on finds the lock free.
    if ((await queue.countNotes()) === 0) return summary;
    const {failures} = await syncWithNotes({onEvent: exceptEmptySummary(options.onEvent)});
    return {...summary, failures};
  });
}

/** The same for the worker, which owns the notes: they are neither claimed nor dropped here. */
export async function runSyncOfWorker(
  context: Pick<AppContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  options: RunSyncOptions,
): Promise<SyncSummary> {
  return await runLocked(context, workspace, options, syncOnce);
}

async function syncOnce(deps: LockedDeps): Promise<SyncSummary> {
  const summary = await sync(deps);
  // A reindex that died after its swap leaves the old generation.
  await deps.store.dropSuperseded(0);
  return summary;
}

/** The exit code that stands for a sync: 5 when something of the repository could not be read. */
export function exitCodeOf({failures}: Pick<SyncSummary, 'failures'>): number {
  return failures.length > 0 ? EXIT_PARTIAL : 0;
}

/** Drops the summary of a further run that had nothing to do. */
function exceptEmptySummary(onEvent: (event: SyncEvent) => void): (event: SyncEvent) => void {
  return (event) => {
    if (event.type !== 'summary' || !isIdle(event)) onEvent(event);
  };
}
