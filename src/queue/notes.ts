import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {mkdir, readdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {killPoint} from '../util/kill-point.ts';

/**
 * The notes of one repository. A note is a file that says "look again"; it carries no truth, so a lost, doubled
 * or reordered one costs at most a look at refs that have not moved.
 *
 * A note goes `tmp/` -> `new/` -> `claimed/` -> gone, and never back. Whoever works claims first and looks at Git
 * second, so whatever a claimed note announced is seen by that look. Giving notes up needs no call: they wait in
 * `claimed/` for the next `claimNotes`, of this process or, after a `kill -9`, of any other.
 */
export interface Queue {
  /** A note is in `new/` afterwards. The name tells people where it came from; nothing reads it. */
  putNote(name?: string): Promise<void>;
  /**
   * Every note that was there before the call is claimed afterwards. Returns all claimed ones, those of earlier
   * and of dead claimers too: work that begins after this call covers them all, whoever claimed them first.
   */
  claimNotes(): Promise<ClaimedNote[]>;
  /** The notes are gone afterwards. Call it only after work that began after they were claimed has succeeded. */
  dropNotes(notes: readonly ClaimedNote[]): Promise<void>;
  /** How many notes wait, claimed or not. */
  countNotes(): Promise<number>;
  /** When the oldest of the notes that wait was put, claimed or not; undefined where none waits. */
  readOldestNote(): Promise<Date | undefined>;
  /** Whether a note came since the last `claimNotes`. */
  hasNewNotes(): Promise<boolean>;
}

/** The name of a file in `claimed/`, unique for ever. */
export type ClaimedNote = string;

/**
 * The queue in `directory`, which need not exist: only `putNote` creates it, so looking changes nothing.
 *
 * The hook (POSIX sh) puts notes without Node: it writes `tmp/push-$$` and renames it to `new/push-$$`. Process
 * numbers come again, so one name may come twice, and no wake-up is lost by it:
 * - Twice in `new/`: the second replaces the first. Neither was claimed, so the claim to come covers both.
 * - Again after the claim: claiming renamed the first to a name of its own, so the second is a new file that
 *   dropping the first cannot hit. (Removing `new/push-7` by name after the work would delete it unseen.)
 * - Twice in `tmp/`, from two containers that share the disk: one rename takes the file, the other fails, and the
 *   hook ignores that. Both had moved their refs before either rename, so one note speaks for both.
 */
export function openQueue(directory: string): Queue {
  const [tmp, fresh, claimed] = ['tmp', 'new', 'claimed'].map((name) => join(directory, name)) as Folders;
  return {
    putNote: (name = `note-${randomUUID()}`) => putNote({tmp, fresh, name}),
    claimNotes: () => claimNotes({fresh, claimed}),
    async dropNotes(notes) {
      for (const note of notes) {
        killPoint('delete note');
        await rm(join(claimed, note), {force: true});
      }
    },
    async countNotes() {
      return (await listNames(fresh)).length + (await listNames(claimed)).length;
    },
    readOldestNote: () => readOldestNote([fresh, claimed]),
    async hasNewNotes() {
      return (await listNames(fresh)).length > 0;
    },
  };
}

type Folders = [tmp: string, fresh: string, claimed: string];

async function putNote({tmp, fresh, name}: {tmp: string; fresh: string; name: string}): Promise<void> {
  assert.match(name, /^[0-9A-Za-z_][0-9A-Za-z._-]*$/, 'a note has a plain file name');
  await mkdir(tmp, {recursive: true});
  await mkdir(fresh, {recursive: true});
  await writeFile(join(tmp, name), '');
  killPoint('rename note');
  await rename(join(tmp, name), join(fresh, name));
}

async function claimNotes({fresh, claimed}: {fresh: string; claimed: string}): Promise<ClaimedNote[]> {
  const names = await listNames(fresh);
  if (names.length > 0) await mkdir(claimed, {recursive: true});
  for (const name of names) {
    killPoint('claim note');
    await ignoreMissing(rename(join(fresh, name), join(claimed, `${name}.${randomUUID()}`)));
  }
  return await listNames(claimed);
}

/** A note's file is written once, and claiming it only renames it. */
async function readOldestNote(folders: readonly string[]): Promise<Date | undefined> {
  let oldest: Date | undefined;
  for (const folder of folders) {
    for (const name of await listNames(folder)) {
      const found = await ignoreMissing(stat(join(folder, name)));
      if (found && (!oldest || found.mtime < oldest)) oldest = found.mtime;
    }
  }
  return oldest;
}

/** A folder that is missing is an empty one. */
async function listNames(folder: string): Promise<string[]> {
  return (await ignoreMissing(readdir(folder))) ?? [];
}

/** Another claimer may be faster: a file that is gone is in its hands. */
async function ignoreMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
