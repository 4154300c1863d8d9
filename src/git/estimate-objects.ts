import {readLines} from './git-lines.ts';
import {spawnGit} from './git-process.ts';
import type {GitRepository} from './repository.ts';

/**
 * The number and the bytes of the blobs in the object store, reachable or not, to estimate work. Blobs of a push that
 * runs at the same time may be included.
 */
export async function estimateObjects(repo: GitRepository): Promise<{blobs: number; bytes: number}> {
  const check = '--batch-check=%(objecttype) %(objectsize)';
  await using git = spawnGit(repo.gitDir, [
    'cat-file',
    '--batch-all-objects',
    '--unordered',
    '--buffer',
    check,
  ]);
  git.stdin.end();
  let blobs = 0;
  let bytes = 0;
  for await (const lines of readLines(git.stdout)) {
    for (const line of lines) {
      if (!line.startsWith('blob ')) continue;
      blobs += 1;
      bytes += Number(line.slice('blob '.length));
    }
  }
  await git.finish();
  return {blobs, bytes};
}
