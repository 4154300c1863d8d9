import {hash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {isOid} from './oid.ts';
import type {GitRepository} from './repository.ts';

/** Where a repository's history stops although its commits name parents. */
export interface ShallowBoundary {
  /** Of the commits that Git shows without their parents, whether some ref reaches them or not; sorted. */
  readonly oids: readonly string[];
  /** Changes with the commits; empty where history is whole. */
  readonly digest: string;
}

/**
 * The boundary of the repository as it is now: what `git fetch --depth` and `--unshallow` move while no ref moves.
 * Grafts and replacements are not a part of it, since ctr never lets Git follow them.
 */
export async function readShallowBoundary(repo: GitRepository): Promise<ShallowBoundary> {
  const lines = (await readShallowFile(repo)).split('\n');
  const oids = [...new Set(lines.filter((line) => isOid(line, repo.objectFormat)))].sort();
  return {oids, digest: oids.length === 0 ? '' : hash('sha1', oids.join())};
}

// Source: Git, Documentation/technical/shallow: $GIT_DIR/shallow, of the main repository in linked worktrees.
async function readShallowFile({gitDir}: GitRepository): Promise<string> {
  return readFile(join(gitDir, 'shallow'), 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}
