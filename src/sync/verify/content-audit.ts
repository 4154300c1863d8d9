import {hash} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import {Bitmap} from '../../domain/bitmap.ts';
import type {Entry} from '../../domain/entry.ts';
import {openBlobReader} from '../../git/blob-stream.ts';
import {objectKeyOf} from '../../store/ports/object-store.ts';
import {chunks} from '../../util/chunks.ts';
import {
  type BlobStart,
  type EntrySettings,
  excludes,
  hasBlob,
  makeEntry,
  makeRefused,
  makeSubmodule,
} from '../import/make-entry.ts';
import {type EntryAudit, newEntryOf} from './entry-audit.ts';
import type {Examination} from './examination.ts';
import {noteCorrupt, readObject} from './object-audit.ts';

const SAMPLE_ENTRIES = 200;
const AT_ONCE = 8;
/** Members that follow from path, mode and bytes. */
const DERIVED = [
  'sizeBytes',
  'kind',
  'mime',
  'language',
  'encoding',
  'title',
  'headings',
  'objectKey',
  'notIndexed',
  'content',
  'frontMatter',
] as const;

interface ContentAudit {
  readonly exam: Examination;
  readonly entries: EntryAudit;
  /** Under each of which an entry may have been made. */
  readonly ways: readonly EntrySettings[];
  readonly textMaxBytes: number;
  /** Their bytes are not in the index: Git must say. */
  readonly withoutBytes: Entry[];
}

/** The bytes of entries, all or a sample, against their oids; and all that follows from them, computed again. */
export async function auditContents(exam: Examination, entries: EntryAudit): Promise<void> {
  const {store, settings} = exam.deps;
  const seqs = exam.options.content ? undefined : sampleOf(entries, exam.options.seed);
  const audit: ContentAudit = {
    exam,
    entries,
    ways: exam.builtWith.map(({exclude, textMaxBytes}) => ({
      ...settings,
      textMaxBytes,
      isExcluded: excludes(exclude),
    })),
    textMaxBytes: Math.max(...exam.builtWith.map(({textMaxBytes}) => textMaxBytes)),
    withoutBytes: [],
  };
  for await (const documents of store.auditEntries(settings.repo, {withContent: true, seqs})) {
    const judged = documents.filter(({id, seq}) => seq !== undefined && entries.isTrusted(id, seq));
    for (const some of chunks(judged, AT_ONCE)) {
      await Promise.all(
        some.map(async ({record, defect}) => {
          if (defect !== undefined) entries.noteMisread(record!, [defect]);
          else await auditContent(audit, record!);
        }),
      );
    }
    exam.checked.contents += judged.length;
    exam.show('contents', exam.checked.contents, seqs ? undefined : exam.checked.entries);
  }
  for (const some of chunks(audit.withoutBytes, 1000)) await auditAgainstGit(audit, some);
}

/** Evenly chosen ones, and all that Git could not read: what cannot be proven is never left to chance. */
function sampleOf({inventory, unreadable}: EntryAudit, seed: number): Uint8Array {
  const all = inventory.known.toArray();
  const step = Math.max(1, Math.ceil(all.length / SAMPLE_ENTRIES));
  using sample = Bitmap.of(all.filter((_, at) => (at + seed) % step === 0));
  sample.addAll(unreadable);
  return sample.serialize();
}

async function auditContent(audit: ContentAudit, entry: Entry): Promise<void> {
  const {exam, entries, textMaxBytes} = audit;
  const {settings, repository} = exam.deps;
  const {oid, objectKey, notIndexed, content} = entry;
  if (!hasBlob(entry)) return compare(audit, entry, [makeSubmodule(newEntryOf(entry), settings.repo)]);
  if (notIndexed === 'unreadable' || notIndexed === 'excluded') {
    audit.withoutBytes.push(entry);
    return;
  }
  if (objectKey === undefined) {
    const bytes = Buffer.from(content ?? '');
    const isRight = content !== undefined && blobOid(bytes, repository.objectFormat) === oid;
    if (!isRight) return entries.noteMisread(entry, ['content']);
    return compare(audit, entry, makeEach(audit, entry, {bytes, sizeBytes: bytes.length}));
  }
  const key = objectKeyOf({...settings, oid});
  const found = await readObject(exam, key, textMaxBytes);
  // One that is missing is told when the objects are listed.
  if (!found) return;
  if (found.oid !== oid) return noteCorrupt(exam, entries, {oid, what: 'bytes'});
  const made = makeEach(audit, entry, found);
  compare(audit, entry, notIndexed === 'refused' ? made.map((one) => makeRefused(one, key)) : made);
}

/** An entry whose blob Git can give now must be as it would be written now. */
async function auditAgainstGit(audit: ContentAudit, some: readonly Entry[]): Promise<void> {
  const {exam, textMaxBytes} = audit;
  const reader = openBlobReader(exam.deps.repository, {holdMaxBytes: textMaxBytes});
  let next = 0;
  for await (const blob of reader.read(some.map(({oid}) => oid))) {
    const entry = some[next++]!;
    if ('missing' in blob || 'corrupt' in blob) {
      const {path, mode, oid} = entry;
      if (entry.notIndexed === 'unreadable') exam.notes.push({kind: 'unreadable', path, mode, oid});
      continue;
    }
    const bytes = 'bytes' in blob ? blob.bytes : blob.head;
    if ('stream' in blob) blob.stream.destroy();
    compare(audit, entry, makeEach(audit, entry, {bytes, sizeBytes: blob.sizeBytes}));
  }
}

/** The entry as each of the settings makes it. */
function makeEach({ways}: ContentAudit, entry: Entry, start: BlobStart): Entry[] {
  return ways.map((way) => makeEntry(newEntryOf(entry), start, way));
}

/** It must be one of the wanted; named is what differs from the last, which is today's. */
function compare(
  {entries, exam: {isDerivedHere}}: ContentAudit,
  entry: Entry,
  wanted: readonly Entry[],
): void {
  if (!isDerivedHere) return;
  const differences = wanted.map((one) =>
    DERIVED.filter((member) => !isDeepStrictEqual(entry[member], one[member])),
  );
  if (differences.every((what) => what.length > 0)) entries.noteMisread(entry, differences.at(-1)!);
}

export function blobOid(bytes: Buffer, objectFormat: 'sha1' | 'sha256'): string {
  return hash(objectFormat, Buffer.concat([Buffer.from(`blob ${bytes.length}\0`), bytes]));
}
