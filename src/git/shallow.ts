import {hash} from 'node:crypto';
import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {isOid} from './oid.ts';
import type {GitRepository} from './repository.ts';

/** The commits where a repository's history stops although they name parents. */
export interface ShallowBoundary {
  /** The commits that Git shows without their parents, reachable or not; sorted. */
  readonly oids: readonly string[];
  /** Hash of the commits; empty if the history is complete. */
  readonly digest: string;
}

/**
 * The current boundary of the repository, which `git fetch --depth` and `--unshallow` move while no ref moves.
 * Grafts and replacements are not a part of it: ctr never lets Git follow them.
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
