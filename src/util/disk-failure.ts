import {CtrError} from './ctr-error.ts';

/** A full disk, an exhausted quota, a file at its size limit, a failing disk. */
const SYSTEM_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);
/** SQLite: IOERR and FULL; extended codes carry them in their low byte. Source: https://www.sqlite.org/rescode.html */
const SQLITE_CODES: ReadonlySet<number> = new Set([10, 13]);

/** A full or failing disk as BACKEND_UNAVAILABLE, since it may work later. Undefined for any other error. */
export function diskFailureOf(path: string | undefined, cause: unknown): CtrError | undefined {
  if (!(cause instanceof Error)) return undefined;
  const {code, errcode = 0, path: own} = cause as Error & {code?: unknown; errcode?: number; path?: string};
  if (!SYSTEM_CODES.has(code) && !SQLITE_CODES.has(errcode & 0xff)) return undefined;
  const where = own ?? path;
  const what =
    where === undefined ? 'the disk cannot be written or read now' : `cannot write or read ${where} now`;
  return new CtrError('BACKEND_UNAVAILABLE', `${what}: ${cause.message}`, {
    hint: 'Is the disk full, or failing? Queued pushes are kept.',
    data: {path: where, code: code ?? errcode},
    cause,
  });
}
