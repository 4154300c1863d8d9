import {CtrError} from '../util/ctr-error.ts';
import {diskFailureOf} from '../util/disk-failure.ts';

/** An error of the operating system about a local file as a CtrError; undefined for anything else. */
export function fileFailureOf(error: unknown): CtrError | undefined {
  const failure = diskFailureOf(undefined, error);
  if (failure) return failure;
  if (!(error instanceof Error && 'syscall' in error && 'path' in error && 'code' in error)) return undefined;
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new CtrError('CONFIG', `this user may not use ${error.path}`, {
        hint: 'Run ctr as the user who owns the repository. `ctr status` names what there belongs to others.',
        cause: error,
      });
    default:
      return undefined;
  }
}
