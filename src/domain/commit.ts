/** The author or committer of a commit, and the time. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970 UTC: a whole number up to 2^52, further than a JavaScript date can show. */
  readonly timeSeconds: number;
  /** Offset from UTC as Git shows it, with four digits or more: +0200. */
  readonly offset: string;
}

/** A commit as Git has it. */
export interface Commit {
  readonly oid: string;
  readonly tree: string;
  /** Empty for a root, and at the boundary of a shallow history. */
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  /** The message's first paragraph on one line, as `git log --format=%s`. */
  readonly subject: string;
  readonly message: string;
}

/**
 * The seqs of a commit's tree, stored as in video: a keyframe (no `base`, `added` is everything), or the difference from
 * the keyframe of the commit `base`, which is never itself a difference.
 */
export interface StoredSnapshot {
  readonly base?: string | undefined;
  /** Roaring bitmap, portable 32-bit format. */
  readonly added: Uint8Array;
  readonly removed: Uint8Array;
  /** Bytes of all differences from the keyframe to this commit; 0 for a keyframe. */
  readonly spentBytes: number;
}

/** A commit as it is stored. */
export interface CommitRecord extends Commit {
  /** Random id of the repository that owns it. */
  readonly repo: string;
  /** Number of the commit, in a series separate from entries. It may be above or below the numbers of its parents. */
  readonly seq: number;
  /** Greater than that of every parent: sorted by it in descending order, no parent comes before its child. See `orderOf`. */
  readonly order: number;
  /**
   * Paths that differ from every parent (a root's: all), sorted by their bytes: the output of `git diff-tree -c`.
   */
  readonly paths: readonly string[];
  /** Absent if only the files of tips are indexed (`ctr.history = refs`) and this commit is not a tip. */
  readonly snapshot?: StoredSnapshot | undefined;
  /** Commit seqs reachable from here, this one included. Roaring bitmap, portable 32-bit format. */
  readonly history: Uint8Array;
}

/** A commit without the paths that it changed, which may be millions. */
export type CommitNode = Omit<CommitRecord, 'paths'>;

/** A commit as `log` shows it. */
export type CommitSummary = Omit<CommitRecord, 'snapshot' | 'history'>;

/** An item of a list. `paths` may be cut on request; `pathsTotal` counts all. */
export type ListedCommit = CommitSummary & {readonly pathsTotal: number};

/** The members of a commit that one line shows. */
export type CommitHead = Pick<CommitRecord, 'oid' | 'author' | 'committer' | 'subject'>;

/**
 * Git's corrected commit date in seconds: the committer's date, or one second after the latest order of the parents if
 * that is later. Source: Git, Documentation/technical/commit-graph, generation number v2.
 */
export function orderOf(committer: Signature, parentOrders: readonly number[]): number {
  return parentOrders.reduce((order, parent) => Math.max(order, parent + 1), committer.timeSeconds);
}

const DAY_SECONDS = 86_400;
/** The calendar repeats itself after 400 years. */
const CYCLE_YEARS = 400;
const CYCLE_DAYS = 146_097;

/**
 * A signature's time as ISO 8601 in the author's own offset, as `git log --format=%aI` shows it:
 * 2026-01-31T12:00:00+01:00. Years and offsets outside of any calendar work, too: 10000-01-01T00:00:00+99:99.
 * Source: Git, date.c, gm_time_t, show_date.
 */
export function formatSignatureTime({timeSeconds, offset}: Signature): string {
  const zone = Number(offset) || 0;
  const [hours, minutes] = [Math.floor(Math.abs(zone) / 100), Math.abs(zone) % 100];
  // Git computes in seconds, with 32 bits.
  const local = timeSeconds + Math.sign(zone) * Math.imul(hours * 60 + minutes, 60);
  const days = Math.floor(local / DAY_SECONDS);
  const cycles = Math.floor(days / CYCLE_DAYS);
  const date = new Date((local - cycles * CYCLE_DAYS * DAY_SECONDS) * 1000);
  const year = date.getUTCFullYear() + cycles * CYCLE_YEARS;
  const sign = zone < 0 ? '-' : '+';
  return `${twoDigits(year).padStart(4, '0')}${date.toISOString().slice(4, -5)}${sign}${twoDigits(hours)}:${twoDigits(minutes)}`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0');
}
