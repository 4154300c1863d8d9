import type {CtrError} from '../util/ctr-error.ts';
import type {Queue} from './notes.ts';

/** How often a waiting worker looks for a new note: the longest time that a push waits for its attempt. */
const POLL_MS = 1000;

/** What a worker needs. Clock, timer and random come from outside, so that tests choose them. */
export interface WorkerOptions {
  readonly queue: Pick<Queue, 'claimNotes' | 'dropNotes' | 'hasNewNotes'>;
  /**
   * Takes the worker lock, or says that another holds it, without waiting until that has ended. "Held" must
   * be the truth, not a guess, or two workers that start together could both leave.
   */
  readonly tryLock: () => Promise<Disposable | undefined>;
  /** Brings the index to what Git has now. A failure of the world is returned, and recorded by whoever runs. */
  readonly run: () => Promise<'done' | CtrError>;
  /** For how long, from the first failure in a row, a worker stays and tries again. */
  readonly lingerMs: number;
  /** The wait after the first failure, and the most that doubling makes of it. Default: 1 s to 5 min. */
  readonly backoff?: Backoff;
  readonly now: () => number;
  /** Resolves after `delayMs`, or at once (without an error) when the signal is aborted. */
  readonly delay: (delayMs: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  /** Ends the worker between two runs. A run that shall end early must hear of it by itself. */
  readonly signal: AbortSignal;
}

export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Why a worker ended.
 * - drained: no notes are left.
 * - held: another worker has the lock, and will see whatever note made us start.
 * - failed: a failure that a retry cannot mend, or one that outlasted `lingerMs`. The notes wait.
 * - stopped: the signal. The notes wait.
 */
export type WorkerEnd =
  | {readonly kind: 'drained' | 'held' | 'stopped'}
  | {readonly kind: 'failed'; readonly error: CtrError};

/**
 * Works off the notes of one repository: the life of the detached worker that a push starts.
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
 * - Look again after unlocking: a push may put its note after our last claim, and its worker may be refused by
 *   our lock before we let go. Its note was there before it asked for the lock, the lock was ours then, and we
 *   look after giving it up: so we see the note. Looking before unlocking would leave a gap.
 * - Only new notes count in that look, not the claimed ones that a failure left: else a backend that is down
 *   would make it a busy loop.
 * - A new note cuts a wait short but does not reset the backoff.
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerEnd> {
  for (;;) {
    const end = await workLocked(options);
    if (end.kind === 'held' || end.kind === 'stopped') return end;
    if (!(await options.queue.hasNewNotes())) return end;
  }
}

/** LOCK to unlock. Throws only what `run` throws, with the lock given up and the notes kept. */
async function workLocked(options: WorkerOptions): Promise<WorkerEnd> {
  using lock = await options.tryLock();
  if (lock === undefined) return {kind: 'held'};
  let failures: Failures | undefined;
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
    await waitForNote(
      options,
      Math.min(leftMs, planBackoff(failures.count, options.random(), options.backoff)),
    );
  }
}

/** The failures in a row: how many, and when the first of them ended. */
interface Failures {
  readonly count: number;
  readonly sinceMs: number;
}

/**
 * How long to wait after the `failures`-th failure in a row (1 is the first), in milliseconds: doubles each time
 * up to the most, of which `random` (0 to 1) takes off up to one half, so that many repositories whose backend
 * comes back do not all run in the same second.
 */
export function planBackoff(
  failures: number,
  random: number,
  {firstMs, maxMs}: Backoff = {firstMs: 1000, maxMs: 300_000},
): number {
  const fullMs = Math.min(maxMs, firstMs * 2 ** (failures - 1));
  return Math.round(fullMs * (1 - random / 2));
}

/** Returns after `waitMs`, or as soon as a new note is seen or the signal is aborted. */
async function waitForNote({queue, now, delay, signal}: WorkerOptions, waitMs: number): Promise<void> {
  const untilMs = now() + waitMs;
  for (let leftMs = waitMs; leftMs > 0 && !signal.aborted; leftMs = untilMs - now()) {
    await delay(Math.min(leftMs, POLL_MS), signal);
    if (await queue.hasNewNotes()) return;
  }
}
