import {CtrError} from '../util/ctr-error.ts';

/** What the operating system refuses with a local file, in our words; undefined for anything else. */
export function fileFailureOf(error: unknown): CtrError | undefined {
  if (!(error instanceof Error && 'syscall' in error && 'path' in error && 'code' in error)) return undefined;
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CtrError('CONFIG', `this user may not use ${error.path}`, {
        hint: 'Run ctr as the user who owns the repository.',
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new CtrError('BACKEND_UNAVAILABLE', `no room left to write ${error.path}`, {
        hint: 'Free some disk space. Queued pushes are kept.',
        cause: error,
      });
    default:
      return undefined;
  }
}
