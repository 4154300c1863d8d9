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

/** What the file holds; undefined where there is none, or one that holds no JSON (torn by a full disk) of this shape. */
export function readJsonFile<T>(file: string, shape: Shape): T | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return hasShape(value, shape) ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The file holds the value afterwards, and never a part of it: written beside, then renamed. One writer at a time.
 * `isDurable`: its bytes outlast a power failure; its name does when the directory is synced as well.
 * @throws REPOSITORY where it cannot be written, BACKEND_UNAVAILABLE where there is no room.
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

/** The directory is there afterwards, with all above it, also after a power failure. */
export function putDirectory(directory: string): void {
  const first = withFileErrors(directory, () => mkdirSync(directory, {recursive: true}));
  if (first === undefined) return;
  // Each new name stands in the directory above it.
  for (let at = directory; at.length >= first.length; at = dirname(at)) syncDirectory(dirname(at));
}

/** The names that were made in the directory, or taken out of it, outlast a power failure. */
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

/** @throws REPOSITORY for whatever the file system refuses, BACKEND_UNAVAILABLE where it has no room now. */
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
