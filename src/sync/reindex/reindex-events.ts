import type {ReindexReason} from '../../domain/build-settings.ts';
import type {Failure, Progress, SyncEvent} from '../sync-events.ts';
import type {VerifyProgress} from '../verify/findings.ts';

/**
 * - `build`: what the index shows is imported into its next generation, while it goes on moving
 * - `verify`: the next generation is proven against Git
 * - `finish`: no sync runs any more; what has moved meanwhile is imported
 * - `swap`: it takes over
 * - `clean`: syncs may run again; the old generation goes when nobody reads it any more
 */
export type ReindexPhase = 'build' | 'verify' | 'finish' | 'swap' | 'clean';

/** What one reindex did. */
export interface ReindexSummary {
  readonly type: 'summary';
  readonly repo: string;
  /** Why it was due; empty where nothing had changed. */
  readonly reasons: readonly ReindexReason[];
  /** Why it was built without the old index; null where it followed that one. */
  readonly rebuiltBecause: string | null;
  /** Other repositories of a shared index that was built without the old one: their next sync imports them again. */
  readonly others: readonly string[];
  /** Written by this run: what an interrupted one had stored is not stored again. */
  readonly entriesWritten: number;
  readonly commitsWritten: number;
  readonly objectsWritten: number;
  readonly refsWritten: number;
  readonly bytesRead: number;
  /** Looks at what the index shows, the last one under the lock. */
  readonly rounds: number;
  readonly elapsedMs: number;
  readonly failures: readonly Failure[];
}

/** What reindex tells whoever shows it. */
export type ReindexEvent =
  | Progress
  | {readonly type: 'phase'; readonly phase: ReindexPhase}
  | (Omit<VerifyProgress, 'type'> & {readonly type: 'checked'})
  | Extract<SyncEvent, {type: 'failure'}>
  | ReindexSummary;
