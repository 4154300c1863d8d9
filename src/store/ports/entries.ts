import type {Entry, EntrySummary} from '../../domain/entry.ts';

/** How many blob oids one `findEntries` takes. */
export const FIND_OIDS_MAX = 1000;

/**
 * The entries that a question is about: those of a roaring bitmap of seqs (portable 32-bit format), or every version
 * that is stored for a repository, also such as no ref shows any more: then the caller decides which may be seen.
 */
export type EntryScope = Uint8Array | {readonly repo: string};

/** Entries by their scope, and which of them are wanted. */
export interface EntryFilter {
  /** No entry outside of it is ever returned. */
  readonly snapshot: EntryScope;
  /** Only this path. */
  readonly path?: string | undefined;
  /** Only paths below this directory (no trailing slash); absent or empty: everything. */
  readonly under?: string | undefined;
}

/**
 * Which of a repository's entries are wanted: those with one of these blob oids (at most FIND_OIDS_MAX), or at this
 * path, or below it.
 */
export type StoredEntryFilter = {readonly oids: readonly string[]} | {readonly path: string};

/** A document that the index refused for what it is (not for load): its id and the index's own words. */
export interface RefusedDocument {
  readonly id: string;
  readonly reason: string;
}

/** The versions of files that a snapshot shows. */
export interface EntryReader {
  /** Entries in batches, in no particular order. One request per 10,000. */
  scanEntries(filter: EntryFilter): AsyncIterable<EntrySummary[]>;
  /** The entry at exactly this path, with its content; undefined where the snapshot has none. */
  readEntry(
    snapshot: Uint8Array,
    path: string,
  ): Promise<(EntrySummary & {readonly content?: string | undefined}) | undefined>;
}

/** Every version of a file that is stored. */
export interface EntryStore extends EntryReader {
  /** How many `putEntries` calls may run at once with profit. */
  readonly writeConcurrency: number;
  /** The seqs of those entries that exist, by id. One request per 1000. */
  readEntrySeqs(ids: readonly string[]): Promise<Map<string, number>>;
  /** Entries of the repository, also such as no ref shows, in batches, in no particular order. */
  findEntries(repo: string, by: StoredEntryFilter): AsyncIterable<EntrySummary[]>;
  /**
   * The entries are stored afterwards, except the refused ones that are returned. The caller bounds the batch
   * (some 8 MB of content).
   * @throws CONFLICT when an id is already stored under another seq.
   */
  putEntries(entries: readonly Entry[]): Promise<RefusedDocument[]>;
  /**
   * Like `putEntries`, but overwrites: for an entry whose content could not be read or stored before.
   * @throws CONFLICT when an id is stored under another seq.
   */
  replaceEntries(entries: readonly Entry[]): Promise<RefusedDocument[]>;
  /** The repository's entries with these seqs are gone afterwards, for queries too. Returns how many there were. */
  deleteEntries(repo: string, seqs: Uint8Array): Promise<number>;
}
