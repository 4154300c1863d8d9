import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {DatabaseSync} from 'node:sqlite';
import {setTimeout as delay} from 'node:timers/promises';
import {killPoint} from '../../util/kill-point.ts';
import {isDamage} from './translate-error.ts';

const POLL_MS = 50;
/** Files that SQLite keeps next to a database. */
const SIDE_FILES = ['-wal', '-shm', '-journal'];

/**
 * The files of an index: `index.db` is a symbolic link to the current generation, `index-1.db` at first. The next one
 * grows as a file of its own, and takes over when the link is renamed over the old one.
 */
function generationFile(link: string, generation: number): string {
  return link.replace(/(\.\w+)?$/, `-${generation}$1`);
}

/** The current generation's file. Where there is no link, the first generation's that is there: those above it may be unfinished. */
export function currentFile(link: string): string {
  try {
    return join(dirname(link), basename(readlinkSync(link)));
  } catch (error) {
    // EINVAL: a plain file, from a copy that followed the link. It is usable.
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return link;
    return generationFile(link, listNumbers(link)[0] ?? 1);
  }
}

/** The link exists afterwards. */
export function createLink(link: string): void {
  if (existsSync(link)) return;
  killPoint('link generation');
  try {
    symlinkSync(basename(currentFile(link)), link);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The next generation's file: the one that an earlier call began, or one that is not there yet. */
export function nextFile(link: string): string {
  const current = numberOf(link, currentFile(link));
  const begun = listNumbers(link).find((number) => number > current);
  return generationFile(link, begun ?? current + 1);
}

/** The file of a generation above all that have left one. */
export function freshFile(link: string): string {
  return generationFile(link, Math.max(0, numberOf(link, currentFile(link)), ...listNumbers(link)) + 1);
}

/** The file is what the link names afterwards, at once. */
export function promoteFile(link: string, file: string): void {
  const fresh = `${link}.tmp`;
  rmSync(fresh, {force: true});
  symlinkSync(basename(file), fresh);
  killPoint('swap generation');
  // A rename replaces a link or a file, and no directory.
  if (lstatSync(link, {throwIfNoEntry: false})?.isDirectory()) rmSync(link, {recursive: true});
  renameSync(fresh, link);
  // Of a plain file that had the link's name.
  for (const end of SIDE_FILES) rmSync(`${link}${end}`, {force: true});
  // On the disk before the old file goes from it.
  const folder = openSync(dirname(link), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** Nothing of the index is left. */
export function deleteAllFiles(link: string): void {
  for (const number of listNumbers(link)) deleteFile(generationFile(link, number));
  deleteFile(link);
}

/** No generation above the current one is left. */
export function dropNextFiles(link: string): void {
  const current = numberOf(link, currentFile(link));
  for (const number of listNumbers(link)) if (number > current) deleteFile(generationFile(link, number));
}

/** Deletes replaced generations. False if a process still has one open after `waitMs`. */
export async function dropSupersededFiles(link: string, waitMs: number): Promise<boolean> {
  const current = numberOf(link, currentFile(link));
  let areGone = true;
  for (const number of listNumbers(link)) {
    if (number >= current) break;
    const file = generationFile(link, number);
    if (await isLeft(file, waitMs)) deleteFile(file);
    else areGone = false;
  }
  return areGone;
}

/**
 * True if no process has the file open any more. It is then one file, without a write-ahead log: a process that resolved
 * its name before the swap and opens it only now finds everything in it, or no file, and looks again.
 */
async function isLeft(file: string, waitMs: number): Promise<boolean> {
  if (!statSync(file, {throwIfNoEntry: false})?.isFile()) return true;
  for (const deadline = performance.now() + waitMs; ; await delay(POLL_MS)) {
    if (tryLeaveLog(file)) return true;
    if (performance.now() >= deadline) return false;
  }
}

/** SQLite refuses while another connection is open. A file that is not a database has no readers. */
function tryLeaveLog(file: string): boolean {
  try {
    using db = new DatabaseSync(file, {timeout: 0});
    db.exec('PRAGMA journal_mode = DELETE');
    return true;
  } catch (error) {
    return isDamage(error);
  }
}

function deleteFile(file: string): void {
  killPoint(`delete ${basename(file)}`);
  for (const end of ['', ...SIDE_FILES]) rmSync(`${file}${end}`, {force: true, recursive: true});
}

/** Of the generations that have left a file, ascending. */
function listNumbers(link: string): number[] {
  const folder = dirname(link);
  if (!existsSync(folder)) return [];
  const numbers = readdirSync(folder).map((name) =>
    numberOf(link, name.replace(/-(?:wal|shm|journal)$/, '')),
  );
  return [...new Set(numbers)].filter((number) => number > 0).sort((a, b) => a - b);
}

/** 0 for what is no generation's file. */
function numberOf(link: string, file: string): number {
  const [, number] = /-(\d+)(?:\.\w+)?$/.exec(file) ?? [];
  if (number === undefined) return 0;
  return basename(generationFile(link, Number(number))) === basename(file) ? Number(number) : 0;
}
