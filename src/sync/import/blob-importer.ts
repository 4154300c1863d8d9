import type {Entry} from '../../domain/entry.ts';
import {type Blob, type BlobReader, openBlobReader} from '../../git/blob-stream.ts';
import type {RefusedDocument} from '../../store/ports/entries.ts';
import {objectKeyOf} from '../../store/ports/object-store.ts';
import {BackgroundTasks} from '../../util/background-tasks.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {SyncRun} from '../sync-run.ts';
import {
  type EntrySettings,
  excludes,
  hasBlob,
  makeEntry,
  makeRefused,
  makeSubmodule,
  makeUnreadable,
  type NewEntry,
} from './make-entry.ts';

/** Blobs up to this size (or that of the largest text) are held in memory; larger ones are streamed. */
const HOLD_BYTES = 4 * 1024 * 1024;
const BATCH_BYTES = 4 * 1024 * 1024;
const BATCH_ENTRIES = 2000;
/** Memory of an entry in addition to its content. */
const ENTRY_BYTES = 500;

/** Bytes that go to the object store together with the entries that need them. */
interface PendingObject {
  readonly key: string;
  readonly bytes: Buffer;
}

interface Batch {
  readonly entries: Entry[];
  readonly objects: PendingObject[];
  bytes: number;
}

/**
 * Reads the blobs of new entries and stores them: objects first, then the entries that need them, in batches of
 * some megabytes, several at once. Nothing larger than the reader's limit is ever held.
 */
export class BlobImporter implements AsyncDisposable {
  readonly #run: SyncRun;
  readonly #reader: BlobReader;
  readonly #puts: BackgroundTasks;
  readonly #settings: EntrySettings;
  #batch: Batch = emptyBatch();

  /** Unreadable blobs are recorded in the run's failures, and what is stored in its counts. */
  constructor(run: SyncRun) {
    const {repository, store, settings} = run.deps;
    this.#run = run;
    this.#reader = openBlobReader(repository, {holdMaxBytes: Math.max(HOLD_BYTES, settings.textMaxBytes)});
    this.#puts = new BackgroundTasks(store.writeConcurrency);
    this.#settings = {...settings, isExcluded: excludes(settings.exclude)};
  }

  /** Reads and stores these entries; they are certainly stored only after a `checkpoint`. */
  async write(entries: readonly NewEntry[]): Promise<void> {
    for await (const [entry, result] of this.#makeAll(entries)) {
      if ('lost' in result) {
        const {path: name, oid} = entry;
        this.#run.failures.add({kind: 'object', name, oid, reason: result.lost, entry});
      }
      const made = 'lost' in result ? makeUnreadable(entry, this.#settings.repo) : result.made;
      await this.#add(made, 'lost' in result ? undefined : result.object);
      this.#run.counts.bytesRead += made.sizeBytes;
    }
  }

  /** Sends the current batch; `stored` resolves when everything written before this call is stored. */
  async checkpoint(): Promise<{stored: Promise<void>}> {
    await this.#flush();
    const stored = this.#puts.settled();
    // The caller may await it late; until then a failure is not unhandled.
    stored.catch(() => undefined);
    return {stored};
  }

  /** Makes the entries again and overwrites them. Entries whose blobs Git cannot read are returned, unchanged. */
  async rewrite(entries: readonly NewEntry[]): Promise<NewEntry[]> {
    const lost: NewEntry[] = [];
    for await (const [entry, result] of this.#makeAll(entries)) {
      if ('lost' in result) {
        lost.push(entry);
        continue;
      }
      if (result.object) await this.#putObject(result.object);
      await this.#putEntries([result.made], (batch) => this.#run.deps.store.replaceEntries(batch));
    }
    return lost;
  }

  /** Waits for all writes, also after a failure: the stores may be closed afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#puts[Symbol.asyncDispose]();
  }

  /** Submodules first; each blob is read as late as possible. */
  async *#makeAll(entries: readonly NewEntry[]): AsyncGenerator<[NewEntry, Made | Lost]> {
    const withBlobs = entries.filter(hasBlob);
    for (const entry of entries)
      if (!hasBlob(entry)) yield [entry, {made: makeSubmodule(entry, this.#settings.repo)}];
    let next = 0;
    for await (const blob of this.#reader.read(withBlobs.map(({oid}) => oid))) {
      const entry = withBlobs[next++]!;
      yield [entry, await this.#make(entry, blob)];
    }
  }

  async #add(entry: Entry, object?: PendingObject): Promise<void> {
    const batch = this.#batch;
    batch.entries.push(entry);
    if (object) batch.objects.push(object);
    batch.bytes += ENTRY_BYTES + (entry.content?.length ?? 0) + (object?.bytes.length ?? 0);
    if (batch.bytes >= BATCH_BYTES || batch.entries.length >= BATCH_ENTRIES) await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.entries.length === 0) return;
    this.#batch = emptyBatch();
    await this.#puts.start(() => this.#put(batch));
  }

  async #put({entries, objects}: Batch): Promise<void> {
    await using puts = new BackgroundTasks(this.#run.deps.objects.writeConcurrency);
    for (const object of objects) await puts.start(() => this.#putObject(object));
    await puts.settled();
    await this.#putEntries(entries, (batch) => this.#run.deps.store.putEntries(batch));
  }

  async #putObject({key, bytes}: PendingObject): Promise<void> {
    await this.#run.deps.objects.put(key, bytes.length, bytes);
    this.#run.counts.objectsWritten++;
  }

  /** If the index refuses a document, it is stored without its text; its bytes stay readable as an object. */
  async #putEntries(
    entries: readonly Entry[],
    put: (entries: readonly Entry[]) => Promise<RefusedDocument[]>,
  ): Promise<void> {
    // On disk first: an `unreadable` entry is retried only while its failure is recorded.
    this.#run.failures.keep();
    const ids = new Set((await put(entries)).map(({id}) => id));
    const bare: Entry[] = [];
    for (const entry of entries.filter(({id}) => ids.has(id))) {
      const objectKey = entry.objectKey ?? this.#keyOf(entry.oid);
      if (!entry.objectKey) await this.#putObject({key: objectKey, bytes: Buffer.from(entry.content ?? '')});
      bare.push(makeRefused(entry, objectKey));
    }
    const [still] = bare.length > 0 ? await put(bare) : [];
    this.#run.counts.entriesWritten += entries.length;
    if (!still) return;
    throw new CtrError('BACKEND_REFUSED', `the index refuses a document: ${still.reason}`, {
      hint: 'Nothing was lost: run `ctr sync` again when the cause is fixed. Is the disk full, or the index read-only?',
      data: {id: still.id},
    });
  }

  /** The entry, and the bytes that must be stored before it; or why Git cannot read them. Streams are stored at once. */
  async #make(entry: NewEntry, blob: Blob): Promise<Made | Lost> {
    if ('missing' in blob) return {lost: 'Git does not have the object'};
    if ('corrupt' in blob) return {lost: blob.corrupt};
    try {
      return await this.#makeReadable(entry, blob);
    } catch (error) {
      // The hash of a streamed blob is known only at its end.
      if (!(error instanceof CtrError) || error.code !== 'OBJECT_CORRUPT') throw error;
      return {lost: error.message};
    }
  }

  async #makeReadable(entry: NewEntry, blob: ReadableBlob): Promise<Made> {
    const {objects} = this.#run.deps;
    const {sizeBytes} = blob;
    const held = 'bytes' in blob ? blob.bytes : undefined;
    const made = makeEntry(
      entry,
      {bytes: held ?? ('head' in blob ? blob.head : Buffer.alloc(0)), sizeBytes},
      this.#settings,
    );
    const {objectKey: key} = made;
    if ('stream' in blob) {
      if (key === undefined || (await objects.stat(key)) === sizeBytes) blob.stream.destroy();
      else {
        await objects.put(key, sizeBytes, blob.stream);
        this.#run.counts.objectsWritten++;
      }
    }
    return {made, object: held && key !== undefined ? {key, bytes: held} : undefined};
  }

  #keyOf(oid: string): string {
    const {index, repo} = this.#run.deps.settings;
    return objectKeyOf({index, repo, oid});
  }
}

type ReadableBlob = Exclude<Blob, {missing: true} | {corrupt: string}>;

interface Made {
  readonly made: Entry;
  readonly object?: PendingObject | undefined;
}

interface Lost {
  readonly lost: string;
}

function emptyBatch(): Batch {
  return {entries: [], objects: [], bytes: 0};
}
