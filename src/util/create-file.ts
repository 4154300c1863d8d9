import {closeSync, openSync} from 'node:fs';

/**
 * The file exists afterwards; a new one is empty and has the permissions that the umask leaves. For files that SQLite
 * would make: it gives nobody but the owner the right to write, with any umask, and what it makes next to a file
 * (`-wal`, `-shm`) gets the permissions of that file.
 *
 * One that is there is not opened: closing it again would drop the locks that this process has on it (fcntl).
 */
export function createFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
