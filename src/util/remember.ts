/**
 * `work`, whose result counts for `maxAgeMs`: those who ask meanwhile, or while it runs, are given the same. A failure
 * is given to those who wait for it and not kept.
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
