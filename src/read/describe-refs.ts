import {countBeyond} from '../domain/bitmap.ts';
import type {CommitHead} from '../domain/commit.ts';
import type {Reader} from './open-reader.ts';

/** The current commit of a ref, and its distance from HEAD's branch. */
export interface RefDescription {
  readonly commit: CommitHead;
  /** Compared with HEAD's branch; undefined for that branch itself, and where it is not indexed. */
  readonly distance: RefDistance | undefined;
}

export interface RefDistance {
  /** Commits that the ref has and HEAD's branch does not. */
  readonly ahead: number;
  /** Commits that HEAD's branch has and the ref does not. */
  readonly behind: number;
}

/**
 * Describes the refs that lead to a commit, by name: their commits, and how far they are from HEAD's branch. Reads the
 * bitmaps of each, so call it for one page of refs. Two requests.
 */
export async function describeRefs(
  {store, repository: {id, head}}: Reader,
  names: readonly string[],
): Promise<Map<string, RefDescription>> {
  const records = await store.readRefs(id, [...new Set([...names, ...(head === undefined ? [] : [head])])]);
  const live = [...records.values()].filter(({name, state}) => state === 'live' && names.includes(name));
  const commits = await store.readCommitHeads(id, [...new Set(live.flatMap(({commit}) => commit ?? []))]);
  const base = head === undefined ? undefined : records.get(head);
  const described = new Map<string, RefDescription>();
  for (const {name, commit: oid, history} of live) {
    const commit = commits.get(oid ?? '');
    if (!commit) continue;
    const distance =
      base?.state === 'live' && name !== head
        ? {ahead: countBeyond(history, base.history), behind: countBeyond(base.history, history)}
        : undefined;
    described.set(name, {commit, distance});
  }
  return described;
}
