import {Readable} from 'node:stream';
import type {EntrySummary} from '../domain/entry.ts';
import {CtrError} from '../util/ctr-error.ts';
import {notFound, trimPath} from './list-directory.ts';
import type {Reader} from './open-reader.ts';
import {resolveRevision} from './resolve-revision.ts';

/** A file at a revision, without its bytes. */
export interface FileDescription extends Omit<EntrySummary, 'seq'> {
  readonly ref: string | null;
  readonly commit: string;
}

/**
 * What the index knows of the file at `path`.
 * @throws UNKNOWN_REF, NOT_FOUND
 */
export async function describeFile(reader: Reader, wanted: WantedFile): Promise<FileDescription> {
  const {ref, commit, entry} = await findFile(reader, wanted);
  const {seq: _, ...description} = entry;
  return {ref, commit, ...description};
}

/**
 * The bytes of the file at `path`, exactly as Git has them; to be read to the end or destroyed.
 * @throws UNKNOWN_REF, NOT_FOUND (no such file, or one whose bytes are not here: the message says why)
 */
export async function readFile(reader: Reader, wanted: WantedFile): Promise<{bytes: Readable}> {
  const {entry, content} = await findFile(reader, wanted);
  return {bytes: await openBytes(reader, {...entry, content})};
}

/**
 * The bytes of an entry, or those from `start` up to and without `end`; to be read to the end or destroyed. Of an
 * object what lies before `start` is read as well.
 * @throws NOT_FOUND where its bytes are not here: the message says why
 */
export async function openBytes(
  reader: Reader,
  {content, ...entry}: Omit<EntrySummary, 'seq'> & {readonly content?: string | undefined},
  range?: {readonly start: number; readonly end: number},
): Promise<Readable> {
  if (entry.objectKey !== undefined) {
    const bytes = await openObject(reader, entry.path, entry.objectKey);
    return range ? Readable.from(takeRange(bytes, range)) : bytes;
  }
  if (content === undefined) throw withoutBytes(entry);
  const bytes = Buffer.from(content);
  return Readable.from([range ? bytes.subarray(range.start, range.end) : bytes]);
}

/** What is behind the range is not read: leaving the loop destroys the source. */
async function* takeRange(
  source: Readable,
  {start, end}: {start: number; end: number},
): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    if (at + chunk.length > start) yield chunk.subarray(Math.max(0, start - at), end - at);
    at += chunk.length;
    if (at >= end) return;
  }
}

interface WantedFile {
  readonly path: string;
  readonly ref?: string | undefined;
}

async function findFile(reader: Reader, {path: given, ref}: WantedFile) {
  const path = trimPath(given);
  const revision = await resolveRevision(reader, ref);
  const found = await reader.store.readEntry(revision.snapshot, path);
  if (!found) throw notFound(path, revision.ref ?? revision.commit);
  const {content, ...entry} = found;
  return {ref: revision.ref ?? null, commit: revision.commit, entry, content};
}

async function openObject({openObjects}: Reader, path: string, objectKey: string): Promise<Readable> {
  const objects = await openObjects();
  const stream = await objects.get(objectKey);
  if (stream) return stream;
  throw new CtrError('BACKEND_REFUSED', `the object store has lost the bytes of ${JSON.stringify(path)}`, {
    hint: 'Is ctr.objects.url (CTR_OBJECTS_URL) the store that this index was built with?',
    data: {objectKey},
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
