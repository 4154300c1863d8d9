import type {RefMove} from '../domain/plan.ts';

/** A failure of one blob or ref, which stops nothing else. Every sync retries it. */
export interface Failure {
  /** `object`: a blob could not be read; `ref`: the history of a ref could not be indexed. */
  readonly kind: 'object' | 'ref';
  /** A path at an oid, or a full ref name. */
  readonly name: string;
  readonly oid: string;
  readonly reason: string;
  /** ISO 8601, UTC: when it was seen first. */
  readonly since: string;
  readonly attempts: number;
}

/**
 * - `start`: Git and the index are read
 * - `import`: history is imported as entries and commits
 * - `refs`: refs move
 * - `mark`: orphans are searched (`prune`)
 * - `remove`: orphans are deleted
 * - `repair`: findings of a verification are repaired
 */
export type SyncPhase = 'start' | 'import' | 'refs' | 'mark' | 'remove' | 'repair';

/** Progress of a long import. Counts only grow. */
export interface Progress {
  readonly type: 'progress';
  readonly phase: SyncPhase;
  /** Commits that this run has read from Git, or found stored by an interrupted one. */
  readonly commits: number;
  /** The found ones among them. */
  readonly commitsFound: number;
  /** Unknown until Git has counted them. */
  readonly commitsTotal?: number | undefined;
  readonly entries: number;
  readonly bytes: number;
  /** An estimate on a first import of everything; else unknown. */
  readonly bytesTotal?: number | undefined;
  readonly elapsedMs: number;
}

/** The work of a run so far. All that was removed were orphans. */
export interface SyncCounts {
  entriesWritten: number;
  commitsWritten: number;
  objectsWritten: number;
  refsWritten: number;
  /** From Git. */
  bytesRead: number;
  entriesRemoved: number;
  commitsRemoved: number;
  objectsRemoved: number;
}

/** The result of one sync. */
export interface SyncSummary extends Readonly<SyncCounts> {
  readonly type: 'summary';
  readonly repo: string;
  readonly moves: readonly RefMove[];
  /** Full names of refs that did not move but reach other commits now: the shallow boundary has moved. */
  readonly rewritten: readonly string[];
  /** Full names of the branches that HEAD named before and names now, null if detached; absent if equal. */
  readonly head?: {readonly from: string | null; readonly to: string | null} | undefined;
  readonly elapsedMs: number;
  readonly failures: readonly Failure[];
}

/** True if the index already showed the state of Git, and nothing had to be removed. */
export function isIdle(summary: SyncSummary): boolean {
  const {moves, rewritten, head, entriesRemoved, commitsRemoved, objectsRemoved} = summary;
  const removed = entriesRemoved + commitsRemoved + objectsRemoved;
  return moves.length + rewritten.length + removed === 0 && head === undefined;
}

/** Events of a sync, for display. Nothing in src/sync prints. */
export type SyncEvent =
  | Progress
  | {readonly type: 'plan'; readonly moves: readonly RefMove[]}
  | {readonly type: 'failure'; readonly failure: Failure}
  | SyncSummary;
