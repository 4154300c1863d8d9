import type {CommitRecord} from '../../domain/commit.ts';
import type {Entry} from '../../domain/entry.ts';
import type {RefRecord} from '../../domain/ref.ts';

/** The collections whose documents are audited. */
export type StoredSeries = 'entries' | 'commits' | 'refs';

/**
 * A document exactly as it is stored, which another program may have changed. Bitmaps, and everything else that the
 * store does not need to understand, are as they were found.
 */
export interface StoredDocument<T> {
  /** The engine's own name of it, for `deleteDocuments`. */
  readonly key: string;
  /** The document id that it lies under (`documentId`), right or wrong. */
  readonly id: string;
  /** Its number; undefined where it has none, and for refs. */
  readonly seq?: number | undefined;
  /** Its content; undefined if it cannot be read as such a document. */
  readonly record?: T | undefined;
  /** Why it is not exactly what a put of `record` stores; undefined: it is. */
  readonly defect?: string | undefined;
}

/** Documents as they are stored, for `ctr verify`. */
export interface AuditStore {
  /**
   * Every document that belongs to no other repository of the set, in batches, in no particular order, visible ones
   * only. Any content of a document is an answer, never a failure. `seqs`: only documents that say they have one
   * of these numbers. `withContent`: contents and headings are read too, and then belong to what `defect` is
   * about.
   */
  auditEntries(
    repo: string,
    wanted: {readonly withContent: boolean; readonly seqs?: Uint8Array | undefined},
  ): AsyncIterable<StoredDocument<Entry>[]>;
  /**
   * The same for commits. `oids`: only the documents under the ids of these commits, visible or not; then the lists next
   * to them are not checked again.
   */
  auditCommits(
    repo: string,
    wanted?: {readonly oids?: readonly string[] | undefined},
  ): AsyncIterable<StoredDocument<CommitRecord>[]>;
  /** The same of refs, tombstones included. */
  auditRefs(repo: string): AsyncIterable<StoredDocument<RefRecord>[]>;
  /** The documents with these keys, and all that belongs to them, are gone afterwards. For what an audit found. */
  deleteDocuments(series: StoredSeries, keys: readonly string[]): Promise<void>;
}
