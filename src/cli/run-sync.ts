import {mkdir} from 'node:fs/promises';
import {readGitConfig} from '../git/git-config.ts';
import {acquireLock} from '../queue/lock.ts';
import {openQueue} from '../queue/notes.ts';
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
  await mkdir(workspace.directory, {recursive: true});
  using _lock = await lockSyncs(workspace, {waitMs, onWait});
  await assertNoCopy(workspace);
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

/**
 * No other sync of the repository runs until the result is disposed of.
 * @throws LOCKED when another one still runs after `waitMs`; CONFIG when ctr was uninstalled meanwhile.
 */
export async function lockSyncs(
  workspace: RepositoryWorkspace,
  {waitMs, onWait}: {waitMs: number; onWait: () => void},
): Promise<Disposable> {
  const lock = await acquireLock(localFiles(workspace).syncLock, {waitMs, onWait});
  if (!lock) {
    throw new CtrError('LOCKED', `another sync of ${workspace.gitDir} is still running`, {
      hint: 'It will also index what you wait for: see `ctr status`. Or wait longer with --wait <seconds>.',
    });
  }
  using held = new DisposableStack();
  held.use(lock);
  await assertInstalled(workspace);
  return held.move();
}

/** The exit code that stands for a sync: 5 when something of the repository could not be read. */
export function exitCodeOf({failures}: Pick<SyncSummary, 'failures'>): number {
  return failures.length > 0 ? EXIT_PARTIAL : 0;
}

/** Whoever waited for the lock may have waited for an uninstall. */
export async function assertInstalled({gitDir, config}: RepositoryWorkspace): Promise<void> {
  if (config.sources.get('ctr.id')?.startsWith('git config') !== true) return;
  if ((await readGitConfig(gitDir, '^ctr\\.id$')).length === 0) throw notInstalled();
}

/** What a further run found to be in order already is not worth a second summary. */
function exceptEmptySummary(onEvent: (event: SyncEvent) => void): (event: SyncEvent) => void {
  return (event) => {
    if (event.type !== 'summary' || event.moves.length > 0) onEvent(event);
  };
}
