import {accessSync, constants, existsSync, statSync} from 'node:fs';
import {corruptIndex} from '../../domain/corrupt-index.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {diskFailureOf} from '../../util/disk-failure.ts';
import {unusableIndex} from '../index-errors.ts';

// Primary result codes, https://www.sqlite.org/rescode.html
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const CANTOPEN = 14;
const CONSTRAINT = 19;
const NOTADB = 26;

/** Runs `work` and gives SQLite's failures their place in our catalogue. */
export function translateSqliteError<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = (cause as {errcode?: number}).errcode;
    if (code === undefined) throw cause;
    throw translated(file, code & 0xff, cause);
  }
}

function translated(file: string, code: number, cause: unknown): unknown {
  if (isDirectory(file)) return cannotOpen(file, cause);
  const failure = diskFailureOf(file, cause);
  if (failure) return failure;
  switch (code) {
    case BUSY:
    case LOCKED:
      return new CtrError('BACKEND_UNAVAILABLE', `${file} is locked by another process`, {
        hint: 'Try again when the other one is done.',
        cause,
      });
    case READONLY:
    case CANTOPEN:
      return cannotOpen(file, cause);
    case CORRUPT:
    case NOTADB:
      return unusableIndex(`${file} is damaged`, {cause});
    case CONSTRAINT:
      return corruptIndex(`two rows of ${file} would have one number or name`, {cause});
    default:
      return cause;
  }
}

/** True if SQLite says that the file is not a database, or a damaged one. */
export function isDamage(error: unknown): boolean {
  const code = ((error as {errcode?: number}).errcode ?? 0) & 0xff;
  return code === CORRUPT || code === NOTADB || code === CANTOPEN;
}

/** The file, or the folder it is in, cannot be used by this user. */
export function cannotOpen(file: string, cause: unknown): CtrError {
  if (isDirectory(file)) return unusableIndex(`${file} is a directory, and no index`, {cause});
  const isReadable = mayRead(file);
  if (isReadable && !existsSync(`${file}-shm`)) {
    return new CtrError('BACKEND_REFUSED', `cannot open ${file}: its -wal and -shm files are missing`, {
      hint: 'This user may not make them. Any command of a user who may, such as `ctr status`, makes them, and they stay.',
      cause,
    });
  }
  return new CtrError('BACKEND_REFUSED', `cannot open ${file}`, {
    hint: isReadable
      ? 'Is it a file, and may this user read and write it and its folder?'
      : 'This user may not read it: run ctr as a user of the repository, or see core.sharedRepository of Git.',
    cause,
  });
}

function mayRead(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function isDirectory(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}
