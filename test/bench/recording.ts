import {closeSync, fstatSync, openSync, readSync, writeSync} from 'node:fs';
import type {CommitRecord} from '../../src/domain/commit.ts';
import type {Entry} from '../../src/domain/entry.ts';

/** What one call of `putEntries` or `putCommits` was given. */
export type Batch =
  | {readonly kind: 'entries'; readonly entries: readonly Entry[]}
  | {readonly kind: 'commits'; readonly commits: readonly CommitRecord[]};

/** Everything that an import gave to the index, in its batches and in its order: on disk, one batch in memory. */
export class Recording implements Disposable {
  readonly #handle: number;
  readonly #lengths: number[] = [];

  constructor(file: string) {
    this.#handle = openSync(file, 'w+');
  }

  put(batch: Batch): void {
    const line = Buffer.from(
      `${JSON.stringify(batch.kind === 'entries' ? batch : {...batch, commits: batch.commits.map(toJson)})}\n`,
    );
    writeSync(this.#handle, line);
    this.#lengths.push(line.length);
  }

  *batches(): Generator<Batch> {
    for (const line of readParts(this.#handle, this.#lengths)) {
      const batch = JSON.parse(line.toString()) as Batch;
      yield batch.kind === 'entries' ? batch : {...batch, commits: batch.commits.map(fromJson)};
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
  }
}

/** The parts of a file that follow each other. */
export function* readParts(handle: number, lengths: readonly number[]): Generator<Buffer<ArrayBuffer>> {
  let at = 0;
  for (const length of lengths) {
    const part = Buffer.allocUnsafe(length);
    if (readSync(handle, part, 0, length, at) !== length)
      throw new Error(`a file of ${fstatSync(handle).size} bytes was cut`);
    at += length;
    yield part;
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
