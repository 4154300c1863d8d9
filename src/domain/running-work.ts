/** The commands that work on a repository's index, and the worker that a push has started. */
export type WorkVerb = 'install' | 'sync' | 'worker' | 'reindex' | 'prune' | 'verify' | 'forget';

/** The progress of a phase. */
export interface WorkProgress {
  readonly phase: string;
  /** The counted things: `commits`, `entries`. Absent if nothing is counted. */
  readonly unit?: string | undefined;
  readonly done?: number | undefined;
  /** The part of `done` that an earlier run has stored: it costs this run nothing. */
  readonly found?: number | undefined;
  /** Absent until it is known. */
  readonly total?: number | undefined;
  readonly bytes?: number | undefined;
  /** An estimate; absent if unknown. */
  readonly bytesTotal?: number | undefined;
}

/** The description of running work on an index. */
export interface Work {
  readonly verb: WorkVerb;
  readonly pid: number;
  /** ISO 8601, UTC: when it got the lock. */
  readonly since: string;
  /** ISO 8601, UTC: when the phase began, and when `progress` was true. */
  readonly phaseSince: string;
  readonly updatedAt: string;
  readonly progress: WorkProgress;
}

/** The same with derived values. Null: not known, or not yet. */
export interface RunningWork {
  readonly verb: WorkVerb;
  readonly pid: number;
  readonly since: string;
  readonly updatedAt: string;
  readonly elapsedSeconds: number;
  readonly phase: string;
  readonly unit: string | null;
  readonly done: number | null;
  readonly total: number | null;
  /** 0 to 1, of this phase. */
  readonly share: number | null;
  readonly bytes: number | null;
  readonly bytesTotal: number | null;
  readonly bytesPerSecond: number | null;
  /** Of this phase. */
  readonly secondsLeft: number | null;
}

/** Share, rate and time left of work that runs. */
export function describeWork({progress, ...work}: Work, now: Date): RunningWork {
  const {phase, unit, done, total, bytes, bytesTotal} = progress;
  const phaseMs = Date.parse(work.updatedAt) - Date.parse(work.phaseSince);
  const leftMs = estimateLeftMs(progress, phaseMs);
  return {
    verb: work.verb,
    pid: work.pid,
    since: work.since,
    updatedAt: work.updatedAt,
    elapsedSeconds: Math.max(0, Math.round((now.getTime() - Date.parse(work.since)) / 1000)),
    phase,
    unit: unit ?? null,
    done: done ?? null,
    total: total ?? null,
    share: shareOf(progress) ?? null,
    bytes: bytes ?? null,
    bytesTotal: bytesTotal ?? null,
    bytesPerSecond: bytes === undefined || phaseMs <= 0 ? null : Math.round((bytes / phaseMs) * 1000),
    secondsLeft: leftMs === undefined ? null : Math.round(leftMs / 1000),
  };
}

/**
 * The remaining time of the phase at the current rate; undefined if unknown, and when the count is complete, since the
 * work after that is not counted. Items that were found done cost nothing and do not count for the rate.
 */
export function estimateLeftMs(progress: WorkProgress, elapsedMs: number): number | undefined {
  const share = shareOf(progress);
  if (share === undefined || share >= 1) return undefined;
  const {found = 0, total = 0} = progress;
  const worked = share - (found > 0 ? found / total : 0);
  return worked > 0 ? (elapsedMs / worked) * (1 - share) : undefined;
}

/**
 * 0 to 1. Late commits have more bytes than early ones, so bytes are the better measure of an import. But their total is
 * an estimate, so the nearer the end, the more the commits count. The bytes that an earlier run has read are unknown.
 */
function shareOf({done, found = 0, total, bytes, bytesTotal}: WorkProgress): number | undefined {
  if (done === undefined || !total) return undefined;
  const counted = Math.min(1, done / total);
  if (found > 0 || bytes === undefined || !bytesTotal) return counted;
  return (1 - counted) * Math.min(1, bytes / bytesTotal) + counted * counted;
}
