import {CtrError} from '../util/ctr-error.ts';
import {runGit} from './git-process.ts';
import {readHead} from './refs.ts';
import type {GitRepository} from './repository.ts';

/**
 * HEAD names `to` afterwards, if the repository is bare and HEAD still names `from`, a branch that nobody has pushed.
 * Returns whether it does; false also where Git refuses. Both are full names.
 *
 * Somebody may set HEAD between the last look and the write: Git compares the two in one step from 2.46 on only.
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
    // Not ours to write, or locked: HEAD stays, and readers are shown the branches.
    if (error instanceof CtrError && error.code === 'REPOSITORY') return false;
    throw error;
  }
}

/** Whether HEAD leads to something. */
async function isBorn({gitDir}: GitRepository): Promise<boolean> {
  try {
    await runGit(gitDir, ['rev-parse', '--quiet', '--verify', 'HEAD']);
    return true;
  } catch (error) {
    // With --quiet, 1 means: there is none.
    if (error instanceof CtrError && error.data.exitCode === 1) return false;
    throw error;
  }
}
