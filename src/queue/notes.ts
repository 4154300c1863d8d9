import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {mkdir, readdir, rename, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {killPoint} from '../util/kill-point.ts';

/**
 * The notes of one repository. A note is a file that says "look again" and nothing else. So a lost, doubled or reordered
 * note costs at most a look at refs that have not moved.
 *
 * A note goes `tmp/` -> `new/` -> `claimed/` -> gone, and never back. A worker claims notes before it looks at Git, so it
 * sees the moves that they announced. Claimed notes need no release: they wait in `claimed/` for the next `claimNotes`,
 * by this process or, after a `kill -9`, by another one.
 */
export interface Queue {
  /** A note is in `new/` afterwards. The name is for people only. */
  putNote(name?: string): Promise<void>;
  /**
   * Every note from before the call is claimed afterwards. Returns all claimed notes, also those of earlier and of dead
   * processes: work that begins after this call covers all of them.
   */
  claimNotes(): Promise<ClaimedNote[]>;
  /** Deletes the notes. Call it only after work has succeeded that began after they were claimed. */
  dropNotes(notes: readonly ClaimedNote[]): Promise<void>;
  /** The number of waiting notes, claimed or not. */
  countNotes(): Promise<number>;
  /** The time of the oldest waiting note, claimed or not; undefined if there is none. */
  readOldestNote(): Promise<Date | undefined>;
  /** True if a note came since the last `claimNotes`. */
  hasNewNotes(): Promise<boolean>;
}

/** The name of a file in `claimed/`, unique for ever. */
export type ClaimedNote = string;

/**
 * The queue in `directory`, which need not exist: only `putNote` creates it, so looking changes nothing.
 *
 * The hook (POSIX sh) puts notes without Node: it writes `tmp/push-$$` and renames it to `new/push-$$`. Process
 * numbers are reused, so a name can come twice. No wake-up is lost by this:
 * - Twice in `new/`: the second replaces the first. Neither was claimed, so the next claim covers both.
 * - Again after the claim: the claim gave the first note a unique name, so the second is a new file that is not dropped
 *   with the first. (Removing `new/push-7` by name after the work would delete it unseen.)
 * - Twice in `tmp/`, from two containers that share the disk: one rename succeeds, the other fails, and the hook ignores
 *   the failure. Both pushes had moved their refs before either rename, so one note covers both.
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

/** A note's file is written once, and a claim only renames it. */
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

/** A missing folder counts as empty. */
async function listNames(folder: string): Promise<string[]> {
  return (await ignoreMissing(readdir(folder))) ?? [];
}

/** A missing file was claimed by another process. */
async function ignoreMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
