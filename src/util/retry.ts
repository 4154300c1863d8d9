import {setTimeout as sleep} from 'node:timers/promises';
import {CtrError} from './ctr-error.ts';

/** How long to wait between tries. */
export interface Backoff {
  /** Before the second try at most this long; twice as long before each later one. */
  readonly firstDelayMs: number;
  readonly delayMaxMs: number;
}

/** How often to try again, and how long to wait in between. */
export interface RetryPolicy extends Backoff {
  /** All tries, the first one included. */
  readonly attemptsMax: number;
}

/** One try failed and another one follows. */
export interface RetryEvent {
  /** Tries so far, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: Error;
}

/** The clock and the dice of a retry loop: tests bring their own. */
export interface RetryTools {
  readonly delay?: ((delayMs: number) => Promise<unknown>) | undefined;
  /** From 0 to below 1. */
  readonly random?: (() => number) | undefined;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /** No try begins when so much time has passed since the first one did. Absent: the policy alone ends them. */
  readonly budgetMs?: number | undefined;
  /** Decides if the same work may succeed later. Default: the failure is BACKEND_UNAVAILABLE. */
  readonly canRetry?: ((error: unknown) => boolean) | undefined;
}

/**
 * Returns the result of the first try that succeeds. Tries again while the failure can pass, and tries and time are
 * left; then throws what the last try threw.
 *
 * Other failures are thrown at once: after a conflict, for example, the caller must read the new state first.
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  policy: RetryPolicy,
  tools: RetryTools = {},
): Promise<T> {
  const {delay = sleep, random = Math.random, onRetry, budgetMs = Infinity, canRetry = isUnavailable} = tools;
  const startMs = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const leftMs = budgetMs - (performance.now() - startMs);
      if (attempt >= policy.attemptsMax || leftMs <= 0 || !canRetry(error)) throw error;
      const delayMs = Math.min(leftMs, backoffMs(attempt, policy, random()));
      onRetry?.({attempt, delayMs, error: error as Error});
      await delay(delayMs);
    }
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof CtrError && error.code === 'BACKEND_UNAVAILABLE';
}

/**
 * The wait after this many tries, the only backoff in ctr: the doubled delay up to its maximum, minus up to one half by
 * `random` (0 to 1), so that clients that failed together do not come back together.
 */
export function backoffMs(attempt: number, {firstDelayMs, delayMaxMs}: Backoff, random: number): number {
  const fullMs = Math.min(delayMaxMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(fullMs * (1 - random / 2));
}
