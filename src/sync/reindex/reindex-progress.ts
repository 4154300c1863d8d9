import type {ReindexReason} from '../../domain/build-settings.ts';
import type {Failure, Progress, SyncCounts, SyncEvent} from '../sync-progress.ts';
import type {VerifyProgress} from '../verify/findings.ts';

/**
 * - `build`: the next generation is imported, while syncs continue in the current one
 * - `verify`: the next generation is proven against Git
 * - `finish`: under the sync's lock, the latest moves are imported
 * - `swap`: the next generation takes over
 * - `clean`: syncs may run again; the old generation is deleted when it has no readers any more
 */
export type ReindexPhase = 'build' | 'verify' | 'finish' | 'swap' | 'clean';

/** Counts of a reindex, without the entries that an interrupted one has stored. */
export type ReindexCounts = Omit<SyncCounts, `${string}Removed`> & {
  /** Number of rounds, the last one under the lock. */
  rounds: number;
};

/** The result of one reindex. */
export interface ReindexSummary extends Readonly<ReindexCounts> {
  readonly type: 'summary';
  readonly repo: string;
  /** The reasons why it was due; empty if nothing had changed. */
  readonly reasons: readonly ReindexReason[];
  /** The reason why it was built without the old index; null if it followed the old one. */
  readonly rebuiltBecause: string | null;
  /** Other repositories of a shared index that was built without the old one: their next sync imports them. */
  readonly others: readonly string[];
  readonly elapsedMs: number;
  readonly failures: readonly Failure[];
}

/** Events of a reindex, for display. */
export type ReindexEvent =
  | Progress
  | {readonly type: 'phase'; readonly phase: ReindexPhase}
  | (Omit<VerifyProgress, 'type'> & {readonly type: 'checked'})
  | Extract<SyncEvent, {type: 'failure'}>
  | ReindexSummary;
