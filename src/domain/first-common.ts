import type {Commit} from './commit.ts';

/** The members of a commit that a walk through history needs. */
export interface DatedCommit extends Pick<Commit, 'oid' | 'parents'> {
  /** Date of the committer. */
  readonly timeSeconds: number;
}

/**
 * The first of the `wanted` commits that a walk from both tips at once reaches from both; undefined if it reaches none
 * among `commits`. For commits of the same second the order follows Git's queue: newest first, then the order of
 * insertion.
 * Source: Git, commit-reach.c, paint_down_to_common, and prio-queue.c.
 */
export function firstCommon(
  commits: ReadonlyMap<string, DatedCommit>,
  {tips, wanted}: {tips: readonly [string, string]; wanted: ReadonlySet<string>},
): string | undefined {
  const colours = new Map<string, number>();
  const queue: DatedCommit[] = [];
  const put = (oid: string, colour: number) => {
    const commit = commits.get(oid);
    const known = colours.get(oid) ?? 0;
    if (!commit || (known & colour) === colour) return;
    colours.set(oid, known | colour);
    const at = queue.findIndex(({timeSeconds}) => timeSeconds < commit.timeSeconds);
    queue.splice(at < 0 ? queue.length : at, 0, commit);
  };
  put(tips[0], 1);
  put(tips[1], 2);
  for (let commit = queue.shift(); commit; commit = queue.shift()) {
    const colour = colours.get(commit.oid)!;
    if (colour === 3 && wanted.has(commit.oid)) return commit.oid;
    for (const parent of commit.parents) put(parent, colour);
  }
  return undefined;
}
