import type {CommitSummary} from '../domain/commit.ts';
import type {Reader} from './open-reader.ts';
import type {Revision} from './resolve-revision.ts';

/** Pages of a directory's log, each larger than the one before: most entries are in the first. */
const PAGES = [30, 120, 400];
/** Paths looked at, of all these commits together: one may have changed a hundred thousand. */
const PATHS_MAX = 500_000;
/** Entries that no page names are asked for one by one. */
const SINGLES_MAX = 200;

/**
 * The newest commit of a revision that changed each of these entries of `directory`, or something below it, by name:
 * what `readLog` would list first. Entries that have not changed for very long, in a directory of very many, are left
 * out.
 */
export async function readLastCommits(
  {store}: Reader,
  {history}: Pick<Revision, 'history'>,
  {directory, names}: {directory: string; names: readonly string[]},
): Promise<Map<string, CommitSummary>> {
  const found = new Map<string, CommitSummary>();
  const missing = new Set(names);
  const start = directory === '' ? '' : `${directory}/`;
  let after: CommitSummary | undefined;
  let pathsLeft = PATHS_MAX;
  for (const limit of PAGES) {
    let count = 0;
    for await (const batch of store.listCommits({history, path: directory, after, limit})) {
      for (const commit of batch) {
        takeChanged(commit, {start, missing, found});
        pathsLeft -= commit.pathsTotal;
      }
      count += batch.length;
      after = batch.at(-1);
      if (missing.size === 0) return found;
      if (pathsLeft < 0) break;
    }
    if (pathsLeft < 0) break;
    if (count < limit) return found;
  }
  await Promise.all(
    [...missing].slice(0, SINGLES_MAX).map(async (name) => {
      const path = `${start}${name}`;
      for await (const [commit] of store.listCommits({history, path, limit: 1, pathsMax: 0}))
        if (commit) found.set(name, commit);
    }),
  );
  return found;
}

/** Records the commit for the entries that it changed in the directory `start`, and removes them from the missing ones. */
export function takeChanged(
  commit: CommitSummary,
  {start, missing, found}: {start: string; missing: Set<string>; found: Map<string, CommitSummary>},
): void {
  if (missing.size === 0) return;
  for (const path of commit.paths) {
    if (!path.startsWith(start)) continue;
    const slash = path.indexOf('/', start.length);
    const name = path.slice(start.length, slash < 0 ? path.length : slash);
    if (missing.delete(name)) found.set(name, commit);
  }
}
