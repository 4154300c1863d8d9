import {setTimeout as delay} from 'node:timers/promises';

/** Limits of `withRetries`; all of them hold. */
export interface RetryLimits {
  readonly attemptsMax: number;
  /** The wait before the second attempt, in milliseconds; doubles each time, less up to a half by chance. */
  readonly firstDelayMs: number;
  /** No attempt begins when so much time has passed since the first one did. */
  readonly budgetMs: number;
}

/**
 * The result of the first attempt that succeeds. An attempt may be repeated only when it changes nothing the second
 * time: each request to S3 here is such. Throws what the last attempt threw.
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  canRetry: (error: unknown) => boolean,
  {attemptsMax, firstDelayMs, budgetMs}: RetryLimits,
): Promise<T> {
  const startMs = performance.now();
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      const delayMs = firstDelayMs * 2 ** (count - 1) * (1 - Math.random() / 2);
      const isOver = count === attemptsMax || performance.now() + delayMs - startMs > budgetMs;
      if (isOver || !canRetry(error)) throw error;
      await delay(delayMs);
    }
  }
}
