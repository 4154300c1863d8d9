import {openQueue} from '../../queue/notes.ts';
import {sync} from '../../sync/sync.ts';
import {isIdle, type SyncEvent, type SyncSummary} from '../../sync/sync-events.ts';
import type {LockedDeps} from '../../sync/sync-run.ts';
import type {AppContext} from '../context.ts';
import {type RunLockedOptions, runLocked} from '../locked/run-locked.ts';
import {localFiles} from '../workspace/local-files.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';

const EXIT_PARTIAL = 5;

/**
 * One sync under the repository's lock. The notes that were there before it began are dropped when it succeeds:
 * it has seen whatever they announced.
 * @throws LOCKED when another sync still runs after `waitMs`.
 */
export async function runSync(
  context: Pick<AppContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  options: Omit<RunLockedOptions, 'dropsGenerations'> & {onEvent: (event: SyncEvent) => void},
): Promise<SyncSummary> {
  const queue = openQueue(localFiles(workspace).queue);
  const runOnce = async (deps: LockedDeps) => {
    const notes = await queue.claimNotes();
    const summary = await sync(deps);
    // What a reindex that died after its swap has left.
    await deps.store.dropSuperseded(0);
    await queue.dropNotes(notes);
    return summary;
  };
  return await runLocked(context, workspace, options, async (deps) => {
    const summary = await runOnce(deps);
    // A push during a long import may have had a worker that gave up waiting for our lock: its note is ours to serve.
    // Once: whoever comes from now on finds the lock free.
    if ((await queue.countNotes()) === 0) return summary;
    const {failures} = await runOnce({...deps, onEvent: exceptEmptySummary(options.onEvent)});
    return {...summary, failures};
  });
}

/** The exit code that stands for a sync: 5 when something of the repository could not be read. */
export function exitCodeOf({failures}: Pick<SyncSummary, 'failures'>): number {
  return failures.length > 0 ? EXIT_PARTIAL : 0;
}

/** What a further run found to be in order already is not worth a second summary. */
function exceptEmptySummary(onEvent: (event: SyncEvent) => void): (event: SyncEvent) => void {
  return (event) => {
    if (event.type !== 'summary' || !isIdle(event)) onEvent(event);
  };
}
