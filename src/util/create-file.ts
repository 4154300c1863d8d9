import {closeSync, openSync} from 'node:fs';

/**
 * The file exists afterwards; a new one is empty and has the permissions that the umask leaves. For files of SQLite,
 * which with any umask lets only the owner write. The files that SQLite makes next to it (`-wal`, `-shm`) get the same
 * permissions.
 *
 * An existing file is not opened: closing it would release the locks that this process holds on it (fcntl).
 */
export function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
