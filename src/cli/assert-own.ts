import {readGitConfig} from '../git/git-config.ts';
import {assertNoCopy} from './assert-no-copy.ts';
import {notInstalled, type RepositoryWorkspace} from './context.ts';

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
