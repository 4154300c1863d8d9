import {mkdir} from 'node:fs/promises';
import {openOutbox} from '../events/outbox.ts';
import {readGitConfig} from '../git/git-config.ts';
import {acquireLock} from '../queue/lock.ts';
import {openQueue} from '../queue/notes.ts';
import {openEventRecorder} from '../sync/event-recorder.ts';
import {sync} from '../sync/sync.ts';
import type {SyncEvent, SyncSummary} from '../sync/sync-events.ts';
import {CtrError} from '../util/ctr-error.ts';
import {assertNoCopy} from './assert-no-copy.ts';
import {
  type CliContext,
  localFiles,
  notInstalled,
  type RepositoryWorkspace,
  syncSettings,
  withStores,
} from './context.ts';
import {eventHandlers, startDelivery} from './event-delivery.ts';

const EXIT_PARTIAL = 5;

/**
 * One sync under the repository's lock. The notes that were there before it began are dropped when it succeeds:
 * it has seen whatever they announced.
 * @throws LOCKED when another sync still runs after `waitMs`.
 */
export async function runSync(
  {now, env}: Pick<CliContext, 'now' | 'env'>,
  workspace: RepositoryWorkspace,
  {waitMs, onWait, onEvent}: {waitMs: number; onWait: () => void; onEvent: (event: SyncEvent) => void},
): Promise<SyncSummary> {
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  await mkdir(workspace.directory, {recursive: true});
  using lock = await acquireLock(files.syncLock, {waitMs, onWait});
  if (!lock) {
    throw new CtrError('LOCKED', `another sync of ${workspace.gitDir} is still running`, {
      hint: 'It will also index what you wait for: see `ctr status`. Or wait longer with --wait <seconds>.',
    });
  }
  await assertInstalled(workspace);
  await assertNoCopy(workspace);
  const handlers = eventHandlers(workspace);
  const outbox = openOutbox(files.events, handlers);
  outbox.dropOthers();
  // Whatever becomes of this run, what waits from the last one is not to wait for the next.
  using _delivery = {
    [Symbol.dispose]: () => {
      if (outbox.hasWaiting()) startDelivery({env}, workspace);
    },
  };
  const queue = openQueue(files.queue);
  const runOnce = async (show: (event: SyncEvent) => void) => {
    const notes = await queue.claimNotes();
    const summary = await withStores(workspace, (stores) =>
      sync({
        ...stores,
        repository: workspace.repository,
        settings,
        failuresFile: files.failures,
        events:
          handlers.length === 0
            ? undefined
            : openEventRecorder({
                store: stores.store,
                outbox,
                repository: {id: settings.repo, name: settings.name},
                refs: workspace.config.settings['ctr.events.refs'],
              }),
        onEvent: show,
        now,
      }),
    );
    await queue.dropNotes(notes);
    return summary;
  };
  const summary = await runOnce(onEvent);
  // A push during a long import may have had a worker that gave up waiting for our lock: its note is ours to serve.
  // Once: whoever comes from now on finds the lock free.
  if ((await queue.countNotes()) === 0) return summary;
  const {failures} = await runOnce(exceptEmptySummary(onEvent));
  return {...summary, failures};
}

/** The exit code that stands for a sync: 5 when something of the repository could not be read. */
export function exitCodeOf({failures}: SyncSummary): number {
  return failures.length > 0 ? EXIT_PARTIAL : 0;
}

/** Whoever waited for the lock may have waited for an uninstall. */
async function assertInstalled({gitDir, config}: RepositoryWorkspace): Promise<void> {
  if (config.sources.get('ctr.id')?.startsWith('git config') !== true) return;
  if ((await readGitConfig(gitDir, '^ctr\\.id$')).length === 0) throw notInstalled();
}

/** What a further run found to be in order already is not worth a second summary. */
function exceptEmptySummary(onEvent: (event: SyncEvent) => void): (event: SyncEvent) => void {
  return (event) => {
    if (event.type !== 'summary' || event.moves.length > 0) onEvent(event);
  };
}
