import type {CtrError} from '../util/ctr-error.ts';
import {type Backoff, backoffMs} from '../util/retry.ts';
import type {Queue} from './notes.ts';

/** Interval at which a waiting worker looks for a new note: the longest wait of a push for its attempt. */
const POLL_MS = 1000;
const BACKOFF: Backoff = {firstDelayMs: 1000, delayMaxMs: 300_000};

/** Parameters of a worker. Clock, timer and random come from outside, so that tests choose them. */
export interface WorkerOptions {
  readonly queue: Pick<Queue, 'claimNotes' | 'dropNotes' | 'hasNewNotes'>;
  /**
   * Takes the worker lock, or returns undefined at once if another process holds it. That must be certain, or two
   * workers that start together could both leave.
   */
  readonly tryLock: () => Promise<Disposable | undefined>;
  /** Brings the index to what Git has now. A failure that is not a bug is returned. */
  readonly run: () => Promise<'done' | CtrError>;
  /** Time from the first failure in a row during which a worker retries. */
  readonly lingerMs: number;
  /** The waits between failures in a row. Default: from 1 s to 5 min. */
  readonly backoff?: Backoff;
  readonly now: () => number;
  /** Resolves after `delayMs`, or at once (without an error) when the signal is aborted. */
  readonly delay: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** Ends the worker between two runs. To end a run early, pass the signal to the run as well. */
  readonly signal: AbortSignal;
}

/**
 * Why a worker ended.
 * - drained: no notes are left.
 * - held: another worker has the lock, and will see the note that made us start.
 * - failed: a failure that a retry cannot solve, or that lasted longer than `lingerMs`. The notes wait.
 * - stopped: the signal. The notes wait.
 */
export type WorkerEnd =
  | {readonly kind: 'drained' | 'held' | 'stopped'}
  | {readonly kind: 'failed'; readonly error: CtrError};

/**
 * Processes the notes of one repository: the main loop of the detached worker that a push starts.
 *
 * ```
 *            held by another                      a new note
 *  START ──► LOCK ──────────────► held         ┌───────────────────────────── LOOK AGAIN ──► drained, failed
 *             │  ▲                             ▼                                  ▲
 *             │  └──────────────────── (unlocked)                                 │
 *             ▼                                                                   │
 *           CLAIM ── none ────────────────────────────────── unlock ──────────────┤
 *             │  ▲                                                                │
 *             ▼  │                                                                │
 *            RUN │─ done ──► drop the notes ──► CLAIM                             │
 *             │  │                                                                │
 *             ├──┴─ may succeed later ──► WAIT ──► CLAIM (time is up, or a new note)
 *             │                                                                   │
 *             └──── cannot succeed, or lingerMs is over ──── unlock ──────────────┘
 * ```
 *
 * Invariants, and the race each one closes:
 * - Claim before run: a push that lands while we look at Git left a note that we have not claimed.
 * - Drop after success only, and only what was claimed before that run: `kill -9` anywhere loses no note.
 * - Look again after unlocking: a push may put its note after our last claim, and our lock may refuse its worker before
 *   we release it. The note is written before its worker tries the lock, and we look after the release: so we see the
 *   note. A look before the release would leave a gap.
 * - That look counts new notes only, not claimed ones that a failure left: else an unavailable backend would cause a
 *   busy loop.
 * - A new note cuts a wait short but does not reset the backoff.
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerEnd> {
  for (;;) {
    const end = await workLocked(options);
    if (end.kind === 'held' || end.kind === 'stopped') return end;
    if (!(await options.queue.hasNewNotes())) return end;
  }
}

/** LOCK to unlock. Throws only errors of `run`; the lock is then released and the notes are kept. */
async function workLocked(options: WorkerOptions): Promise<WorkerEnd> {
  using lock = await options.tryLock();
  if (lock === undefined) return {kind: 'held'};
  let failures: {readonly count: number; readonly sinceMs: number} | undefined;
  for (;;) {
    if (options.signal.aborted) return {kind: 'stopped'};
    const notes = await options.queue.claimNotes();
    if (notes.length === 0) return {kind: 'drained'};
    const result = await options.run();
    if (result === 'done') {
      await options.queue.dropNotes(notes);
      failures = undefined;
      continue;
    }
    failures = {count: (failures?.count ?? 0) + 1, sinceMs: failures?.sinceMs ?? options.now()};
    const leftMs = failures.sinceMs + options.lingerMs - options.now();
    if (!result.isRetryable || leftMs <= 0) return {kind: 'failed', error: result};
    const delayMs = backoffMs(failures.count, options.backoff ?? BACKOFF, options.random());
    await waitForNote(options, Math.min(leftMs, delayMs));
  }
}

/** The failures in a row: their number, and the end of the first one. */
/** Returns after `waitMs`, or as soon as a new note is seen or the signal is aborted. */
async function waitForNote({queue, now, delay, signal}: WorkerOptions, waitMs: number): Promise<void> {
  const untilMs = now() + waitMs;
  for (let leftMs = waitMs; leftMs > 0 && !signal.aborted; leftMs = untilMs - now()) {
    await delay(Math.min(leftMs, POLL_MS), signal);
    if (await queue.hasNewNotes()) return;
  }
}
