import {mkdir} from 'node:fs/promises';
import {readGitConfig} from '../git/git-config.ts';
import {acquireLock} from '../queue/lock.ts';
import {CtrError} from '../util/ctr-error.ts';
import {assertNoCopy} from './assert-no-copy.ts';
import {localFiles, notInstalled, type RepositoryWorkspace} from './context.ts';

/**
 * The repository is this process's own until the result is disposed of: nobody else syncs it.
 * @throws LOCKED when another sync still runs after `waitMs`; CONFIG when ctr was uninstalled meanwhile.
 */
export async function lockRepository(
  workspace: RepositoryWorkspace,
  {waitMs, onWait}: {waitMs: number; onWait: () => void},
): Promise<Disposable> {
  await mkdir(workspace.directory, {recursive: true});
  using opening = new DisposableStack();
  const lock = await acquireLock(localFiles(workspace).syncLock, {waitMs, onWait});
  if (!lock) {
    throw new CtrError('LOCKED', `another sync of ${workspace.gitDir} is still running`, {
      hint: 'It will also index what you wait for: see `ctr status`. Or wait longer with --wait <seconds>.',
    });
  }
  opening.use(lock);
  await assertInstalled(workspace);
  await assertNoCopy(workspace);
  return opening.move();
}

/** Whoever waited for the lock may have waited for an uninstall. */
async function assertInstalled({gitDir, config}: RepositoryWorkspace): Promise<void> {
  if (config.sources.get('ctr.id')?.startsWith('git config') !== true) return;
  if ((await readGitConfig(gitDir, '^ctr\\.id$')).length === 0) throw notInstalled();
}
