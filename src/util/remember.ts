/**
 * Calls of the returned function within `maxAgeMs`, or while `work` runs, share one result. A failure reaches all
 * callers that wait for it, and is not kept.
 */
export function remember<T>(maxAgeMs: number, work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let endsAtMs = Number.POSITIVE_INFINITY;
  return () => {
    if (running && performance.now() < endsAtMs) return running;
    endsAtMs = Number.POSITIVE_INFINITY;
    const mine = work().then(
      (result) => {
        endsAtMs = performance.now() + maxAgeMs;
        return result;
      },
      (error: unknown) => {
        if (running === mine) running = undefined;
        throw error;
      },
    );
    running = mine;
    return mine;
  };
}
