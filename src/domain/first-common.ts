import type {Commit} from './commit.ts';

/** What a walk through history must know of a commit. */
export interface DatedCommit extends Pick<Commit, 'oid' | 'parents'> {
  /** The committer's. */
  readonly timeSeconds: number;
}

/**
 * Which of the `wanted` commits a walk from both tips at once meets first, as seen from both; undefined where it meets
 * none among `commits`. Of commits of one second it is chance which one Git takes, and this is its chance: newest
 * first, and what was put into the queue first before the others.
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
