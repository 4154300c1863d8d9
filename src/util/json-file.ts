import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {basename, dirname} from 'node:path';
import {CtrError} from './ctr-error.ts';
import {diskFailureOf} from './disk-failure.ts';
import {hasShape, type Shape} from './has-shape.ts';
import {killPoint} from './kill-point.ts';

/** The content of the file; undefined if it is missing or is not JSON of this shape (a full disk can cut it). */
export function readJsonFile<T>(file: string, shape: Shape): T | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return hasShape(value, shape) ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The file holds the value afterwards, and never a part of it: a temporary file is written and renamed. One writer at
 * a time. `isDurable`: its bytes survive a power failure; its name does so once `syncDirectory` has run as well.
 * @throws REPOSITORY if it cannot be written, BACKEND_UNAVAILABLE if there is no room.
 */
export function putJsonFile(file: string, value: unknown, {isDurable = false} = {}): void {
  withFileErrors(file, () => {
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(`${file}.tmp`, `${JSON.stringify(value, undefined, 1)}\n`, {flush: isDurable});
    killPoint(`rename ${basename(file)}`);
    renameSync(`${file}.tmp`, file);
  });
}

/** The file is gone afterwards. */
export function deleteJsonFile(file: string): void {
  killPoint(`delete ${basename(file)}`);
  withFileErrors(file, () => rmSync(file, {force: true, recursive: true}));
}

/** The directory and its parents exist afterwards, and survive a power failure. */
export function putDirectory(directory: string): void {
  const first = withFileErrors(directory, () => mkdirSync(directory, {recursive: true}));
  if (first === undefined) return;
  // Each new name is an entry of its parent directory.
  for (let at = directory; at.length >= first.length; at = dirname(at)) syncDirectory(dirname(at));
}

/** Names that were created in the directory or removed from it survive a power failure. */
export function syncDirectory(directory: string): void {
  withFileErrors(directory, () => {
    const descriptor = openSync(directory, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}

/** @throws REPOSITORY for any error of the file system, BACKEND_UNAVAILABLE if it has no room now. */
export function withFileErrors<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof CtrError) throw cause;
    const failure = diskFailureOf(path, cause);
    if (failure) throw failure;
    throw new CtrError('REPOSITORY', `cannot write ${path}: ${(cause as Error).message}`, {
      hint: 'Is there room on the disk, and may this user write there?',
      cause,
    });
  }
}
