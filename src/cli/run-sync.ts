import {readGitConfig} from '../git/git-config.ts';
import {openQueue} from '../queue/notes.ts';
import {sync} from '../sync/sync.ts';
import type {SyncEvent, SyncSummary} from '../sync/sync-events.ts';
import {assertNoCopy} from './assert-no-copy.ts';
import {
  type CliContext,
  localFiles,
  notInstalled,
  type RepositoryWorkspace,
  syncSettings,
  withStores,
} from './context.ts';
import {acquireSyncLock} from './sync-lock.ts';

const EXIT_PARTIAL = 5;

/**
 * One sync under the repository's lock. The notes that were there before it began are dropped when it succeeds:
 * it has seen whatever they announced.
 * @throws LOCKED when another sync still runs after `waitMs`.
 */
export async function runSync(
  {now}: Pick<CliContext, 'now'>,
  workspace: RepositoryWorkspace,
  {waitMs, onWait, onEvent}: {waitMs: number; onWait: () => void; onEvent: (event: SyncEvent) => void},
): Promise<SyncSummary> {
  const settings = syncSettings(workspace);
  const files = localFiles(workspace);
  using _lock = await acquireSyncLock(workspace, {waitMs, onWait});
  await assertOwn(workspace);
  const queue = openQueue(files.queue);
  const runOnce = async (show: (event: SyncEvent) => void) => {
    const notes = await queue.claimNotes();
    const summary = await withStores(workspace, async (stores) => {
      const done = await sync({
        ...stores,
        repository: workspace.repository,
        settings,
        failuresFile: files.failures,
        onEvent: show,
        now,
      });
      // What a reindex that died after its swap has left.
      await stores.store.dropSuperseded(0);
      return done;
    });
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
export function exitCodeOf({failures}: Pick<SyncSummary, 'failures'>): number {
  return failures.length > 0 ? EXIT_PARTIAL : 0;
}

/**
 * The repository is installed, and no copy of the one that is. Asked under the lock: whoever waited for it may have
 * waited for an uninstall.
 */
export async function assertOwn(workspace: RepositoryWorkspace): Promise<void> {
  await assertInstalled(workspace);
  await assertNoCopy(workspace);
}

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
