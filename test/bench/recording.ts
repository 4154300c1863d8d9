import type {CommitRecord} from '../../src/domain/commit.ts';
import type {Entry} from '../../src/domain/entry.ts';
import {type PartsFile, readParts} from './parts-file.ts';

/** The arguments of one call of `putEntries` or `putCommits`. */
export type Batch =
  | {readonly kind: 'entries'; readonly entries: readonly Entry[]}
  | {readonly kind: 'commits'; readonly commits: readonly CommitRecord[]};

/** Adds it to the file as a line of JSON. */
export function recordBatch(to: PartsFile, batch: Batch): void {
  const plain = batch.kind === 'entries' ? batch : {...batch, commits: batch.commits.map(toJson)};
  to.put(batch.kind, Buffer.from(`${JSON.stringify(plain)}\n`));
}

/** Everything that an import gave to the index, in its batches and in its order. */
export function* readBatches(file: string): Generator<Batch> {
  for (const {bytes} of readParts(file)) {
    const batch = JSON.parse(bytes.toString()) as Batch;
    yield batch.kind === 'entries' ? batch : {...batch, commits: batch.commits.map(fromJson)};
  }
}

function toJson({history, snapshot, ...commit}: CommitRecord): object {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    ...commit,
    history: base64(history),
    snapshot: snapshot && {...snapshot, added: base64(snapshot.added), removed: base64(snapshot.removed)},
  };
}

function fromJson({history, snapshot, ...commit}: CommitRecord): CommitRecord {
  const bytes = (base64: Uint8Array) => new Uint8Array(Buffer.from(base64 as unknown as string, 'base64'));
  return {
    ...commit,
    history: bytes(history),
    snapshot: snapshot && {...snapshot, added: bytes(snapshot.added), removed: bytes(snapshot.removed)},
  };
}
