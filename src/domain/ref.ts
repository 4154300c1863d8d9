/** `branch`: refs/heads/, `tag`: refs/tags/, `other`: all others (refs/notes/, refs/pull/ ...). */
export type RefKind = 'branch' | 'tag' | 'other';

/**
 * - `live`: the index shows `commit`
 * - `skipped`: Git has the ref, but it leads to no commit (a tag on a blob or a tree); `reason` says so
 * - `deleted`: a tombstone with empty bitmaps, so that a lookup finds nothing instead of failing
 */
export type RefState = 'live' | 'skipped' | 'deleted';

/** A ref as the index has it, without its bitmaps. */
export interface RefSummary {
  /** Random id of the repository that owns it. */
  readonly repo: string;
  /** Full name: refs/heads/main. */
  readonly name: string;
  readonly kind: RefKind;
  readonly state: RefState;
  /** The oid that Git's ref holds, unpeeled: for an annotated tag that of the tag object. Empty in a tombstone. */
  readonly target: string;
  /** The peeled commit's oid. Absent unless `live`. */
  readonly commit?: string | undefined;
  readonly reason?: string | undefined;
  /** Number of entries in the commit's tree. */
  readonly entryCount: number;
  /** ISO 8601, UTC. */
  readonly indexedAt: string;
}

/** A ref as it is stored: one document, so that a branch moves by one atomic write. */
export interface RefRecord extends RefSummary {
  /** Seqs of the commit's tree. Roaring bitmap, portable 32-bit format. */
  readonly snapshot: Uint8Array;
  /** Commit seqs reachable from the commit. The same format. */
  readonly history: Uint8Array;
}

/** The short name of a ref: main, v1.0, pull/7/head. */
export function shortRefName(name: string): string {
  return name.replace(/^refs\/(?:heads\/|tags\/)?/, '');
}

/** The kind of a ref by its full name. */
export function refKindOf(name: string): RefKind {
  if (name.startsWith('refs/heads/')) return 'branch';
  return name.startsWith('refs/tags/') ? 'tag' : 'other';
}
