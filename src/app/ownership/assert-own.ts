import {readGitConfig} from '../../git/git-config.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {findStoreChange, unconfirmed} from '../stores/assert-confirmed.ts';
import {beginMemory, memoryOf} from '../stores/store-memory.ts';
import {notInstalled, type RepositoryWorkspace} from '../workspace/open-workspace.ts';
import {assertNoCopy} from './assert-no-copy.ts';

/**
 * Checks that the repository is installed, is not a copy, and that its store is confirmed. Remembers the store before the
 * first write to it. Called under the lock: a run that waited for it may have waited for an uninstall, or for an install
 * with another store. `isMoving`: the caller is about to confirm a change.
 * @throws CONFIG; CONFLICT if the settings have changed since they were read.
 */
export async function assertOwn(workspace: RepositoryWorkspace, {isMoving = false} = {}): Promise<void> {
  const now = await readAgain(workspace);
  await assertNoCopy(workspace);
  if (isMoving) return;
  const change = findStoreChange(now);
  if (change) throw isSameMemory(now, workspace) ? unconfirmed(now, change) : changedMeanwhile();
  const id = workspace.config.settings['ctr.id'];
  if (id !== undefined && memoryOf(now).inUse === undefined) await beginMemory(now, id);
}

/** The workspace with what is remembered now. @throws CONFIG where it is not installed any more. */
async function readAgain(workspace: RepositoryWorkspace): Promise<RepositoryWorkspace> {
  const {gitDir, config} = workspace;
  const found = await readGitConfig(gitDir, '^ctr\\.(id|store)$');
  const valuesOf = (key: string) => found.filter((one) => one.key === key).map(({value}) => value);
  const isFromGit = config.sources.get('ctr.id')?.startsWith('git config') === true;
  if (isFromGit && valuesOf('ctr.id').length === 0) throw notInstalled();
  const gitValues = new Map([...config.gitValues, ['ctr.store', valuesOf('ctr.store')] as const]);
  return {...workspace, config: {...config, gitValues}};
}

function isSameMemory(a: RepositoryWorkspace, b: RepositoryWorkspace): boolean {
  const [one, other] = [a, b].map(({config}) => config.gitValues.get('ctr.store')?.at(-1));
  return one === other;
}

function changedMeanwhile(): CtrError {
  return new CtrError('CONFLICT', 'another run has just changed where this repository is indexed', {
    hint: 'Run the command again.',
  });
}
