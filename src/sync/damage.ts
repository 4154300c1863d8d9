import {CtrError, type CtrErrorCode} from '../util/ctr-error.ts';

const DAMAGE: ReadonlySet<CtrErrorCode> = new Set(['REPOSITORY', 'OBJECT_CORRUPT', 'INDEX_CORRUPT']);

/** True if Git or stored data of this history could not be read. Other histories and the backends are not affected. */
export function isDamage(error: unknown): error is CtrError {
  return error instanceof CtrError && DAMAGE.has(error.code);
}
