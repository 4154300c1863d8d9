import type {RefKind} from './ref.ts';

/**
 * One ref that readers see elsewhere than before, as handlers are told: its JSON is a contract (docs/events.md).
 * Names and paths are as `decodePath` gives them. Oids are of commits; null where the ref shows none.
 */
export interface RefEvent {
  /** Random; the same however often the event is delivered. */
  readonly id: string;
  readonly repository: {readonly id: string; readonly name: string};
  /** Full name. */
  readonly ref: string;
  readonly kind: RefKind;
  readonly change: 'created' | 'moved' | 'deleted';
  readonly old: string | null;
  readonly new: string | null;
  /** Whether the old commit is no longer in the ref's history. */
  readonly forced: boolean;
  /** ISO 8601, UTC. */
  readonly at: string;
  /**
   * Oids, parents before children. Of a created ref those that no other ref shows; of a moved one those that it did
   * not show before; of a deleted one none. When cut, the newest.
   */
  readonly commits: readonly string[];
  /** Sorted. Of a created ref all of its paths are added, of a deleted one all removed. */
  readonly paths: ChangedPaths;
  /** How many there are, also where the lists are cut. */
  readonly totals: EventTotals;
  /** Whether a list is shorter than its total. */
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
