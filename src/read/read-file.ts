import {Readable} from 'node:stream';
import type {EntrySummary} from '../domain/entry.ts';
import type {ByteRange} from '../store/ports/object-store.ts';
import {CtrError} from '../util/ctr-error.ts';
import {assertNotLost} from './assert-not-lost.ts';
import {notFound, trimPath} from './list-directory.ts';
import type {Reader} from './open-reader.ts';
import {type Revision, resolveRevision, type WantedRevision} from './resolve-revision.ts';

export type {ByteRange};

/** A file with its text; without where the index has none. */
export type EntryText = EntrySummary & {readonly content?: string | undefined};

/** The file at exactly this path of the revision; undefined where there is none. */
export function findEntry(
  {store}: Reader,
  {snapshot}: Pick<Revision, 'snapshot'>,
  path: string,
): Promise<EntryText | undefined> {
  return store.readEntry(snapshot, path);
}

/** A file at a revision, without its bytes. */
export interface FileDescription extends Omit<EntrySummary, 'seq'> {
  readonly ref: string | null;
  readonly commit: string;
}

/**
 * Describes the file at `path`, from the index.
 * @throws UNKNOWN_REF, NOT_FOUND
 */
export async function describeFile(reader: Reader, wanted: WantedFile): Promise<FileDescription> {
  return (await openFile(reader, wanted)).description;
}

/** A file at a revision, any part of which can be read, as often as one likes. */
export interface OpenedFile {
  readonly description: FileDescription;
  /** Its text; absent where the index has none. */
  readonly content: string | undefined;
  /**
   * The bytes, exactly as Git has them, or a range that lies within them; to be read to the end or destroyed.
   * @throws NOT_FOUND where they are not here: the message says why.
   */
  readonly openBytes: (range?: ByteRange) => Promise<Readable>;
}

/**
 * The file at `path`. No byte is read yet.
 * @throws UNKNOWN_REF, NOT_FOUND
 */
export async function openFile(reader: Reader, wanted: WantedFile): Promise<OpenedFile> {
  const {ref, commit, entry, content} = await findFile(reader, wanted);
  const {seq: _, ...description} = entry;
  const file = {...entry, content};
  return {
    description: {ref, commit, ...description},
    content,
    openBytes: (range) => openBytes(reader, file, range),
  };
}

/**
 * The bytes of the file at `path`, exactly as Git has them; to be read to the end or destroyed.
 * @throws UNKNOWN_REF, NOT_FOUND (no such file, or one whose bytes are not here: the message says why)
 */
export async function readFile(reader: Reader, wanted: WantedFile): Promise<{bytes: Readable}> {
  const file = await openFile(reader, wanted);
  return {bytes: await file.openBytes()};
}

/**
 * The bytes of an entry, or a range that lies within them; to be read to the end or destroyed.
 * @throws NOT_FOUND where they are not here: the message says why.
 */
export async function openBytes(
  reader: Reader,
  {content, ...entry}: Omit<EntryText, 'seq'>,
  range?: ByteRange,
): Promise<Readable> {
  if (entry.objectKey !== undefined)
    return openObject(reader, {path: entry.path, key: entry.objectKey}, range);
  if (content === undefined) throw withoutBytes(entry);
  const bytes = Buffer.from(content);
  return Readable.from([range ? bytes.subarray(range.first, range.last + 1) : bytes]);
}

interface WantedFile {
  readonly path: string;
  readonly ref?: WantedRevision;
}

async function findFile(reader: Reader, {path: given, ref}: WantedFile) {
  const path = trimPath(given);
  const revision = await resolveRevision(reader, ref);
  const read = (exact: string) => findEntry(reader, revision, exact);
  // A hostile tree may hold a file whose very name is what people write around a path: `.`
  const found = (path === given ? undefined : await read(given)) ?? (await read(path));
  if (!found) {
    await assertNotLost(reader);
    const shown = revision.ref ?? revision.commit;
    throw (await isDirectory(reader, revision.snapshot, path)) ? notFile(path, shown) : notFound(path, shown);
  }
  const {content, ...entry} = found;
  return {ref: revision.ref ?? null, commit: revision.commit, entry, content};
}

async function isDirectory({store}: Reader, snapshot: Uint8Array, path: string): Promise<boolean> {
  for await (const below of store.scanEntries({snapshot, under: path})) if (below.length > 0) return true;
  return false;
}

function notFile(path: string, revision: string): CtrError {
  return new CtrError(
    'NOT_FOUND',
    `${path === '' ? 'the root' : JSON.stringify(path)} is a directory in ${revision}`,
    {
      hint: '`ctr ls` lists what is in it.',
      data: {path, revision},
    },
  );
}

async function openObject(
  {openObjects}: Reader,
  {path, key}: {path: string; key: string},
  range: ByteRange | undefined,
): Promise<Readable> {
  const objects = await openObjects();
  const stream = await objects.get(key, range);
  if (stream) return stream;
  throw new CtrError('BACKEND_REFUSED', `the object store has lost the bytes of ${JSON.stringify(path)}`, {
    hint: 'Is ctr.objects.url (CTR_OBJECTS_URL) the store that this index was built with?',
    data: {objectKey: key},
  });
}

function withoutBytes({path, kind, notIndexed}: Omit<EntrySummary, 'seq'>): CtrError {
  const why =
    kind === 'submodule'
      ? 'it is a submodule, whose files are in another repository'
      : notIndexed === 'excluded'
        ? 'ctr.exclude keeps it out'
        : 'Git could not read it when it was indexed';
  return new CtrError('NOT_FOUND', `${JSON.stringify(path)} has no bytes here: ${why}`, {
    hint: '`ctr cat --json` and `ctr status` tell more.',
  });
}
