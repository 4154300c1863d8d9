import type {RefRecord, RefSummary} from '../../domain/ref.ts';
import type {Version} from './version.ts';

/** A ref as `listRefs` returns it. */
export type VersionedRef = RefSummary & {readonly version: Version};

/** A published name that is not as `publishRefs` would make it. */
export interface PublishedDifference {
  readonly alias: string;
  /** The ref that it should show; undefined: it should not be there. */
  readonly ref?: string | undefined;
}

export interface RefReader {
  /** Every ref of the repository with its version, tombstones included, sorted by name. Sees every finished `putRefs`. */
  listRefs(repo: string): Promise<VersionedRef[]>;
  /** The refs that exist (tombstones included), whole, by name. Sees every finished `putRefs` at once. */
  readRefs(repo: string, names: readonly string[]): Promise<Map<string, RefRecord>>;
}

export interface RefStore extends RefReader {
  /**
   * Writes each ref as one atomic document if its stored version is still `expected` (undefined: it must not
   * exist). Returns the names that were not written because another run wrote first; the others are written.
   */
  putRefs(
    refs: readonly {readonly record: RefRecord; readonly expected: Version | undefined}[],
  ): Promise<string[]>;
  /**
   * The refs are gone afterwards, tombstones and all, if their stored versions are still as given. Returns the names
   * of those that another run has written since: they stay.
   */
  deleteRefs(
    repo: string,
    refs: readonly {readonly name: string; readonly expected: Version}[],
  ): Promise<string[]>;
  /**
   * These refs, and no others of the repository, are published in the engine's own way for clients that do not know
   * ctr, all at once. OpenSearch: filtered aliases `<index>-files@<short name>`; docs/opensearch.md tells how names
   * are spelt. A ref that cannot be published (its filter is too large) is left out. A no-op where the engine has no
   * such thing.
   */
  publishRefs(refs: readonly RefRecord[], repo: string): Promise<void>;
  /** The changes that `publishRefs` would make now, sorted by alias. */
  comparePublished(refs: readonly RefRecord[], repo: string): Promise<PublishedDifference[]>;
}
