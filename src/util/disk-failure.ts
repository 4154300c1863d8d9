import {CtrError} from './ctr-error.ts';

/** A disk that is full, a quota or a limit for files that is reached, a disk that fails. */
const SYSTEM_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO']);
/** SQLite: IOERR and FULL; extended codes carry them in their low byte. Source: https://www.sqlite.org/rescode.html */
const SQLITE_CODES: ReadonlySet<number> = new Set([10, 13]);

/** That the disk cannot take or give something now, as BACKEND_UNAVAILABLE: it may later. Undefined for anything else. */
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
