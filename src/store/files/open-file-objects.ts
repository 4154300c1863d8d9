import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import type {Dirent} from 'node:fs';
import {mkdir, open, opendir, readdir, rename, rm, rmdir, stat, unlink} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import type {Readable} from 'node:stream';
import {chunks} from '../../util/chunks.ts';
import {killPoint} from '../../util/kill-point.ts';
import {exactParts, withSource} from '../objects/exact-parts.ts';
import {assertKeyPrefix, assertObjectKey, isObjectKey} from '../objects/object-key.ts';
import type {ByteRange, ObjectStore, UnfinishedPut} from '../ports/object-store.ts';
import {hasCode, translateFileErrors} from './file-errors.ts';

/** `~` is in no key, so no object can have such a path. */
const TMP = '~tmp';
const TMP_AGE_MAX_MS = 24 * 3600 * 1000;
const PART_BYTES = 1024 * 1024;
const LIST_BATCH = 1000;
const DELETE_BATCH = 100;
/** How often a put makes its folder again that deletions remove as empty. */
const RENAME_ATTEMPTS_MAX = 100;

/**
 * Objects as plain files: key `a/b/c` is the file `a/b/c` under `directory`. A key cannot be a folder of another.
 *
 * A put writes `~tmp/<random>`, makes it durable, and renames it: the kernel swaps names in one step, and both are in
 * one file system. What a dead writer leaves in `~tmp` is no object: `listUnfinished` names it, and `createPlace` removes it
 * when it has been still for a day.
 *
 * @throws CtrError BACKEND_REFUSED where files may not be written, or before `createPlace`; BACKEND_UNAVAILABLE
 * for a full or failing disk.
 */
export async function openFileObjects(options: {directory: string}): Promise<ObjectStore> {
  const directory = resolve(options.directory);
  const translated = <T>(action: () => Promise<T>) => translateFileErrors(directory, action);
  const pathOf = (key: string) => {
    assertObjectKey(key);
    return join(directory, ...key.split('/'));
  };
  return {
    backend: 'files',
    writeConcurrency: 16,
    createPlace: () => translated(() => createPlace(directory)),
    async put(key, sizeBytes, source) {
      await withSource(source, () => putFile({directory, path: pathOf(key), sizeBytes, source}));
    },
    async get(key, range) {
      const path = pathOf(key);
      return await translated(async () => (await readFile(path, range)) ?? (await nothingIn(directory)));
    },
    async stat(key) {
      const path = pathOf(key);
      return await translated(async () => (await fileSize(path)) ?? (await nothingIn(directory)));
    },
    list: (prefix) => listFiles(directory, prefix),
    async delete(keys) {
      const paths = keys.map(pathOf);
      await translated(async () => {
        await nothingIn(directory);
        await deleteFiles(directory, paths);
      });
    },
    listUnfinished: (prefix) => listUnfinished(directory, prefix),
    async deleteUnfinished(puts) {
      await translated(async () => {
        for (const {id} of puts) await deleteFile(unfinishedPath(directory, id));
      });
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Nothing, as the answer of a place that exists. Throws ENOENT where there is none: then nothing means nothing. */
async function nothingIn(directory: string): Promise<undefined> {
  await stat(join(directory, TMP));
}

async function createPlace(directory: string): Promise<void> {
  const tmp = join(directory, TMP);
  await mkdir(tmp, {recursive: true});
  for await (const {name} of await opendir(tmp)) {
    const file = await orMissing(stat(join(tmp, name)));
    // A living writer writes: its file is never that old.
    if (file !== undefined && Date.now() - file.mtimeMs > TMP_AGE_MAX_MS)
      await rm(join(tmp, name), {force: true});
  }
}

interface PutOptions {
  directory: string;
  path: string;
  sizeBytes: number;
  source: Uint8Array | Readable;
}

/** Translates around each step rather than around all: what the source fails with is not the store's failure. */
async function putFile({directory, path, sizeBytes, source}: PutOptions): Promise<void> {
  const translated = <T>(action: () => Promise<T>) => translateFileErrors(directory, action);
  const written = join(directory, TMP, randomUUID());
  try {
    await using file = await translated(() => open(written, 'wx'));
    killPoint('object write');
    for await (const part of exactParts(source, {sizeBytes, partBytes: PART_BYTES})) {
      await translated(() => file.writeFile(part));
    }
    await translated(() => file.sync());
    await translated(() => renameInto(written, path));
    // Else a power cut could undo the rename of an object that the index, which syncs its own files, points at.
    await translated(() => syncFolder(dirname(path)));
  } catch (error) {
    await rm(written, {force: true});
    throw error;
  }
}

/** A deletion next door may remove the folder, empty as yet, between mkdir and rename: then again. */
async function renameInto(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const firstMade = await mkdir(dirname(to), {recursive: true});
      killPoint('object rename');
      await rename(from, to);
      return await syncNewFolders(firstMade, dirname(to));
    } catch (error) {
      // ENOTDIR: so says mkdir, too, of a folder that is removed while it looks.
      if (!hasCode(error, 'ENOENT', 'ENOTDIR') || attempt === RENAME_ATTEMPTS_MAX) throw error;
    }
  }
}

/** Each new folder is a name in its parent that must last as well. */
async function syncNewFolders(firstMade: string | undefined, lastMade: string): Promise<void> {
  if (firstMade === undefined) return;
  for (let made = lastMade; made.length >= firstMade.length; made = dirname(made))
    await syncFolder(dirname(made));
}

/** A folder that is gone again has nothing to make durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await orMissing(open(folder, 'r'));
  if (handle === undefined) return;
  await using _closing = handle;
  await handle.sync();
}

async function readFile(path: string, range: ByteRange | undefined): Promise<Readable | undefined> {
  const file = await orMissing(open(path, 'r'));
  if (file === undefined) return undefined;
  if ((await file.stat()).isFile())
    return file.createReadStream(range && {start: range.first, end: range.last});
  await file.close();
  return undefined;
}

async function fileSize(path: string): Promise<number | undefined> {
  const file = await orMissing(stat(path));
  return file?.isFile() ? file.size : undefined;
}

type Listed = {key: string; sizeBytes: number};

async function* listFiles(directory: string, prefix: string): AsyncGenerator<Listed[]> {
  assertKeyPrefix(prefix);
  await translateFileErrors(directory, () => nothingIn(directory));
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  let batch: string[] = [];
  for await (const key of walk(directory, folder, prefix)) {
    batch.push(key);
    if (batch.length < LIST_BATCH) continue;
    yield await withSizes(directory, batch);
    batch = [];
  }
  if (batch.length > 0) yield await withSizes(directory, batch);
}

/** The keys of the files below `folder` (empty, or ends with a slash) that begin with `prefix`. */
async function* walk(directory: string, folder: string, prefix: string): AsyncGenerator<string> {
  const entries = await translateFileErrors(directory, () => orMissing(opendir(join(directory, folder))));
  for await (const entry of entries ?? ([] as Dirent[])) {
    const key = folder + entry.name;
    // What is no key is not ours: `~tmp`, or what people left here.
    if (!key.startsWith(prefix) || !isObjectKey(key)) continue;
    if (entry.isDirectory()) yield* walk(directory, `${key}/`, prefix);
    else if (entry.isFile()) yield key;
  }
}

async function withSizes(directory: string, keys: readonly string[]): Promise<Listed[]> {
  const sizes = await translateFileErrors(directory, () =>
    Promise.all(keys.map((key) => fileSize(join(directory, key)))),
  );
  const listed = keys.map((key, at) => ({key, sizeBytes: sizes[at]}));
  return listed.filter((file): file is Listed => file.sizeBytes !== undefined);
}

async function* listUnfinished(directory: string, prefix: string): AsyncGenerator<UnfinishedPut[]> {
  assertKeyPrefix(prefix);
  const names = await translateFileErrors(directory, () => readdir(join(directory, TMP)));
  for (const some of chunks(names, LIST_BATCH)) {
    const found = await translateFileErrors(directory, () =>
      Promise.all(some.map(async (id) => ({id, sizeBytes: await fileSize(unfinishedPath(directory, id))}))),
    );
    // One that has become an object in between is not unfinished any more.
    yield found.filter((put): put is UnfinishedPut => put.sizeBytes !== undefined);
  }
}

function unfinishedPath(directory: string, id: string): string {
  assert(basename(id) === id, `not the name of an unfinished file: ${id}`);
  return join(directory, TMP, id);
}

async function deleteFiles(directory: string, paths: readonly string[]): Promise<void> {
  const folders = new Set<string>();
  for (let from = 0; from < paths.length; from += DELETE_BATCH) {
    await Promise.all(paths.slice(from, from + DELETE_BATCH).map(deleteFile));
  }
  for (const path of paths) folders.add(dirname(path));
  for (const folder of folders) await removeEmptyFolders(folder, directory);
}

async function deleteFile(path: string): Promise<void> {
  // Unlinking a folder is an error of its own on each system; an object it is not.
  killPoint('object delete');
  if ((await fileSize(path)) !== undefined) await orMissing(unlink(path));
}

/** Removes `folder` and its parents up to `root` (which stays), as far as they are empty. */
async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let path = folder; path !== root; path = dirname(path)) {
    try {
      await rmdir(path);
    } catch (error) {
      if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return;
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    }
  }
}

/** ENOTDIR: a component of the path is a file, so below it there is nothing. */
async function orMissing<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
