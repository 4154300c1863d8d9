import type {RefMove} from '../domain/plan.ts';

/** Something that is wrong with one thing of the repository and stopped nothing else. Every sync tries it again. */
export interface Failure {
  /** `object`: a blob could not be read; `ref`: what a ref reaches could not be indexed. */
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
 * - `start`: both sides are looked at
 * - `import`: history goes into entries and commits
 * - `refs`: refs move
 * - `mark`: what no ref needs is looked for (`prune`)
 * - `remove`: what no ref needs any more goes
 * - `repair`: what a verification has found is put right
 */
export type SyncPhase = 'start' | 'import' | 'refs' | 'mark' | 'remove' | 'repair';

/** How far a long import is. Counts only grow. */
export interface Progress {
  readonly type: 'progress';
  readonly phase: SyncPhase;
  /** Come in from Git by this run, or found stored by one that was interrupted. */
  readonly commits: number;
  /** Of these, those that were found. */
  readonly commitsFound: number;
  /** Unknown until Git has counted them. */
  readonly commitsTotal?: number | undefined;
  readonly entries: number;
  readonly bytes: number;
  /** About, on a first import of everything; else unknown. */
  readonly bytesTotal?: number | undefined;
  readonly elapsedMs: number;
}

/** What one sync did. */
export interface SyncSummary {
  readonly type: 'summary';
  readonly repo: string;
  readonly moves: readonly RefMove[];
  /** Full names of refs that stayed where they are, and reach other commits now: the shallow boundary has moved. */
  readonly rewritten: readonly string[];
  /** Full names of the branches that HEAD named before and names now, null where detached; absent: the same. */
  readonly head?: {readonly from: string | null; readonly to: string | null} | undefined;
  readonly entriesWritten: number;
  readonly commitsWritten: number;
  readonly objectsWritten: number;
  readonly bytesRead: number;
  readonly refsWritten: number;
  /** What no ref needs any more, and is gone. */
  readonly entriesRemoved: number;
  readonly commitsRemoved: number;
  readonly objectsRemoved: number;
  readonly elapsedMs: number;
  readonly failures: readonly Failure[];
}

/** Whether the index showed what Git has already, and nothing was left to remove. */
export function isIdle(summary: SyncSummary): boolean {
  const {moves, rewritten, head, entriesRemoved, commitsRemoved, objectsRemoved} = summary;
  const removed = entriesRemoved + commitsRemoved + objectsRemoved;
  return moves.length + rewritten.length + removed === 0 && head === undefined;
}

/** What sync tells whoever shows it. Nothing in src/sync prints. */
export type SyncEvent =
  | Progress
  | {readonly type: 'plan'; readonly moves: readonly RefMove[]}
  | {readonly type: 'failure'; readonly failure: Failure}
  | SyncSummary;
