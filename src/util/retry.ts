import {setTimeout as sleep} from 'node:timers/promises';
import {CtrError} from './ctr-error.ts';

/** How often to try again, and how long to wait in between. */
export interface RetryPolicy {
  /** All tries, the first one included. */
  readonly attemptsMax: number;
  /** Before the second try at most this long; twice as long before each later one. */
  readonly firstDelayMs: number;
  readonly delayMaxMs: number;
}

/** One try failed and another one follows. */
export interface RetryEvent {
  /** Tries so far, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: CtrError;
}

/** The clock and the dice of a retry loop: tests bring their own. */
export interface RetryTools {
  readonly delay?: ((delayMs: number) => Promise<unknown>) | undefined;
  /** From 0 to below 1. */
  readonly random?: (() => number) | undefined;
  readonly onRetry?: ((event: RetryEvent) => void) | undefined;
  /** No try begins when so much time has passed since the first one did. Absent: the policy alone ends them. */
  readonly budgetMs?: number | undefined;
}

/**
 * What `work` gives, tried again while it fails with BACKEND_UNAVAILABLE, and tries and time are left.
 *
 * Other failures are thrown at once: a conflict needs a new look at the world, which only the caller can take.
 */
export async function retry<T>(
  work: (attempt: number) => Promise<T>,
  policy: RetryPolicy,
  {delay = sleep, random = Math.random, onRetry, budgetMs = Number.POSITIVE_INFINITY}: RetryTools = {},
): Promise<T> {
  const startMs = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const isFinal = !(error instanceof CtrError) || error.code !== 'BACKEND_UNAVAILABLE';
      const leftMs = budgetMs - (performance.now() - startMs);
      if (isFinal || attempt >= policy.attemptsMax || leftMs <= 0) throw error;
      const delayMs = Math.min(leftMs, backoffMs(attempt, policy, random()));
      onRetry?.({attempt, delayMs, error});
      await delay(delayMs);
    }
  }
}

/**
 * The wait after this many tries: the doubled delay, of which `random` takes up to a half away, so that many
 * clients that failed together do not come back together.
 */
export function backoffMs(attempt: number, {firstDelayMs, delayMaxMs}: RetryPolicy, random: number): number {
  const fullMs = Math.min(delayMaxMs, firstDelayMs * 2 ** (attempt - 1));
  return Math.round(fullMs * (1 - random / 2));
}
