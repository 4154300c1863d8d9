import type {RefKind} from './ref.ts';

/**
 * One move of a ref, as handlers get it: its JSON is a contract (docs/events.md).
 * Names and paths are as `decodePath` gives them. Oids are of commits; null if there is none.
 */
export interface RefEvent {
  /** Random; the same at every delivery of the event. */
  readonly id: string;
  readonly repository: {readonly id: string; readonly name: string};
  /** Full name. */
  readonly ref: string;
  readonly kind: RefKind;
  readonly change: 'created' | 'moved' | 'deleted';
  readonly old: string | null;
  readonly new: string | null;
  /** True if the old commit is no longer in the ref's history. */
  readonly forced: boolean;
  /** ISO 8601, UTC. */
  readonly at: string;
  /**
   * Oids, parents before children. A created ref: commits that no other ref shows. A moved one: commits that it did not
   * show before. A deleted one: none. A cut list has the newest.
   */
  readonly commits: readonly string[];
  /** Sorted. For a created ref all paths are added, for a deleted one all are removed. */
  readonly paths: ChangedPaths;
  /** Complete counts, also if the lists are cut. */
  readonly totals: EventTotals;
  /** True if a list is shorter than its total. */
  readonly truncated: boolean;
}

export interface ChangedPaths {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

export interface EventTotals {
  readonly commits: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}
