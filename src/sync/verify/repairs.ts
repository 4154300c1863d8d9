import type {EntryKey} from '../../domain/entry.ts';
import type {RevListEntry} from '../../git/rev-list.ts';

/** An entry whose document must be made anew. */
export interface EntryRepair extends EntryKey {
  readonly id: string;
  /** Undefined: nothing tells its number; it gets a new one. */
  readonly seq: number | undefined;
  readonly introducedBy: string;
  /** Documents that stand in its place. */
  readonly staleKeys: readonly string[];
  /** What else stands for its number in the bitmaps that were computed. */
  readonly standIn: number | undefined;
}

/** A commit whose document is not as it must be, and what is known of how it must be. */
export interface WrongCommit {
  readonly entry: RevListEntry;
  readonly standIn: number;
  /** Undefined: its own document does not tell. */
  seq: number | undefined;
  isMissing: boolean;
  readonly what: Set<string>;
  readonly staleKeys: Set<string>;
  /** The sets that it must have, with stand-ins; undefined: those that it has are right. */
  history?: Uint8Array | undefined;
  snapshot?: Uint8Array | undefined;
}
