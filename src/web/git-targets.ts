import {LRUCache} from 'lru-cache';
import type {SiteRepository} from '../app/site/site.ts';
import type {RepositoryRecord} from '../domain/repository.ts';
import {readRefs} from '../git/refs.ts';
import {CtrError} from '../util/ctr-error.ts';

const AGE_MAX_MS = 1000;
const REPOSITORIES_MAX = 100;

/** The current targets of Git's refs, unpeeled, by full name; undefined if unknown here. */
export type GitTargets = ReadonlyMap<string, string> | undefined;

export type ReadGitTargets = (
  repository: SiteRepository,
  record: Pick<RepositoryRecord, 'objectFormat'>,
) => Promise<GitTargets>;

/**
 * Tells how far the index lags behind Git, where the repository is on this machine. An answer is at most a second
 * old, and however many ask at once, Git is asked once.
 */
export function openGitTargets({now}: {now: () => Date}): ReadGitTargets {
  const readings = new LRUCache<string, {at: number; targets: Promise<GitTargets>}>({max: REPOSITORIES_MAX});
  return ({gitDir}, {objectFormat}) => {
    if (gitDir === undefined) return Promise.resolve(undefined);
    const at = now().getTime();
    const known = readings.get(gitDir);
    if (known && at - known.at < AGE_MAX_MS) return known.targets;
    const targets = readTargets(gitDir, objectFormat);
    readings.set(gitDir, {at, targets});
    return targets;
  };
}

async function readTargets(gitDir: string, objectFormat: 'sha1' | 'sha256'): Promise<GitTargets> {
  try {
    return (await readRefs({gitDir, objectFormat, isShallow: false})).refs;
  } catch (error) {
    // Readers live from the index: that Git cannot be read leaves the lag unknown, and no more.
    if (error instanceof CtrError) return undefined;
    throw error;
  }
}
