import {CtrError} from '../util/ctr-error.ts';
import {runGit} from './git-process.ts';
import {readHead} from './refs.ts';
import type {GitRepository} from './repository.ts';

/**
 * HEAD names `to` afterwards, if the repository is bare and HEAD still names `from`, a branch that was never pushed.
 * Returns true if so; false also if Git refuses. Both are full names.
 *
 * Another process may set HEAD between the last check and the write: only Git 2.46 and newer does both in one step.
 */
export async function moveUnbornHead(
  repo: GitRepository,
  {from, to}: {from: string; to: string},
): Promise<boolean> {
  try {
    const isBare = (await runGit(repo.gitDir, ['rev-parse', '--is-bare-repository'])).toString().trim();
    if (isBare !== 'true' || (await isBorn(repo)) || (await readHead(repo)) !== from) return false;
    // Begins with refs/heads/, so that it is no option.
    await runGit(repo.gitDir, ['symbolic-ref', '-m', 'ctr: follow the first push', 'HEAD', to]);
    return true;
  } catch (error) {
    // No permission to write, or locked: HEAD stays, and readers see the list of branches.
    if (error instanceof CtrError && error.code === 'REPOSITORY') return false;
    throw error;
  }
}

/** True if HEAD leads to an object. */
async function isBorn({gitDir}: GitRepository): Promise<boolean> {
  try {
    await runGit(gitDir, ['rev-parse', '--quiet', '--verify', 'HEAD']);
    return true;
  } catch (error) {
    // With --quiet, exit code 1 means: there is none.
    if (error instanceof CtrError && error.data.exitCode === 1) return false;
    throw error;
  }
}
