/** Who and when, as the commit says it. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970 UTC, clamped to what a JavaScript date can show. */
  readonly timeSeconds: number;
  /** Offset from UTC as Git writes it: +0200. */
  readonly offset: string;
}

/** A commit as Git has it. */
export interface Commit {
  readonly oid: string;
  readonly tree: string;
  /** Empty for a root, and where a shallow history stops. */
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  /** The message's first paragraph on one line, as `git log --format=%s`. */
  readonly subject: string;
  readonly message: string;
}

/**
 * The seqs of a commit's tree, as in video: a keyframe (no `base`, `added` is everything), or the difference
 * from the keyframe of the commit `base`, which is never itself a difference.
 */
export interface StoredSnapshot {
  readonly base?: string | undefined;
  /** Roaring bitmap, portable 32-bit format. */
  readonly added: Uint8Array;
  readonly removed: Uint8Array;
  /** Bytes spent on differences on the way from the keyframe to here; 0 for a keyframe. */
  readonly spentBytes: number;
}

/** A commit as it is stored. */
export interface CommitRecord extends Commit {
  /** Random id of the repository that owns it. */
  readonly repo: string;
  /** The commit's number, of a series of its own; in no particular relation to its parents' numbers. */
  readonly seq: number;
  /** Greater than every parent's: by order descending, no parent comes before its child. See `orderOf`. */
  readonly order: number;
  /**
   * Paths that differ from every parent (a root's: all), sorted by their bytes: what `git diff-tree -c` names.
   */
  readonly paths: readonly string[];
  /** Absent where only the tips' files are indexed (`ctr.history = refs`) and this is none. */
  readonly snapshot?: StoredSnapshot | undefined;
  /** Commit seqs reachable from here, this one included. Roaring bitmap, portable 32-bit format. */
  readonly history: Uint8Array;
}

/**
 * Git's corrected commit date in seconds: the committer's date, or one second after the latest of the parents' orders
 * where that is later. Source: Git, Documentation/technical/commit-graph, generation number v2.
 */
export function orderOf(committer: Signature, parentOrders: readonly number[]): number {
  return parentOrders.reduce((order, parent) => Math.max(order, parent + 1), committer.timeSeconds);
}

/** A signature's time as ISO 8601 in the author's own offset: 2026-01-31T12:00:00+01:00. */
export function formatSignatureTime({timeSeconds, offset}: Signature): string {
  const match = /^([+-])(\d{2})(\d{2})$/.exec(offset);
  const [, sign = '+', hours = '00', minutes = '00'] = match ?? [];
  const offsetSeconds = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  const local = new Date((timeSeconds + offsetSeconds) * 1000);
  const shown = Number.isNaN(local.getTime()) ? new Date(0) : local;
  return `${shown.toISOString().slice(0, -5)}${sign}${hours}:${minutes}`;
}
