import {CtrError, type CtrErrorCode} from '../util/ctr-error.ts';

const DAMAGE: ReadonlySet<CtrErrorCode> = new Set(['REPOSITORY', 'OBJECT_CORRUPT', 'INDEX_CORRUPT']);

/** True if Git or stored data of this history could not be read. Other histories and the backends are not affected. */
export function isDamage(error: unknown): error is CtrError {
  return error instanceof CtrError && DAMAGE.has(error.code);
}

/**
 * Reads the histories of the tips. Returns why, by tip, those that are damaged cannot be read; all others have been read.
 * Costs one more reading for each halving of the damaged ones.
 */
export async function splitDamaged(
  tips: readonly string[],
  read: (tips: readonly string[]) => Promise<void>,
): Promise<Map<string, string>> {
  try {
    await read(tips);
    return new Map();
  } catch (error) {
    if (!isDamage(error)) throw error;
    if (tips.length === 1) return new Map([[tips[0]!, error.message]]);
    const half = tips.length >> 1;
    const first = await splitDamaged(tips.slice(0, half), read);
    return new Map([...first, ...(await splitDamaged(tips.slice(half), read))]);
  }
}
