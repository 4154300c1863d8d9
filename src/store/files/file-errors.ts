import {CtrError, type CtrErrorCode} from '../../util/ctr-error.ts';
import {diskFailureOf} from '../../util/disk-failure.ts';

/** Codes of the operating system that say "may not" or "cannot be" rather than "not now". */
const REFUSED = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EEXIST', 'ENAMETOOLONG'];

/** The result of `action`; what the file system fails with becomes a CtrError, anything else is thrown on. */
export async function translateFileErrors<T>(directory: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!isSystemError(cause)) throw cause;
    throw toCtrError(directory, cause);
  }
}

/** True if `error` came from the operating system with one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return isSystemError(error) && codes.includes(error.code);
}

type SystemError = Error & {code: string; syscall: string};

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && typeof (error as {code?: unknown}).code === 'string';
}

function toCtrError(directory: string, cause: SystemError): CtrError {
  const failure = diskFailureOf(directory, cause);
  if (failure) return failure;
  const fail = (code: CtrErrorCode, message: string, hint: string) =>
    new CtrError(code, message, {hint, data: {directory, code: cause.code}, cause});
  if (cause.code === 'ENOENT') {
    const hint = 'Run `ctr verify --repair`: it makes the place, and puts there what belongs there.';
    return fail('BACKEND_REFUSED', `there is no place for objects at ${directory}`, hint);
  }
  const message = `cannot use the objects at ${directory}: ${cause.message}`;
  if (!REFUSED.includes(cause.code))
    return fail('BACKEND_UNAVAILABLE', message, 'Check the disk. Queued pushes are kept.');
  const hint = 'Check who owns the folder; the user who receives pushes must be able to write there.';
  return fail('BACKEND_REFUSED', message, hint);
}
