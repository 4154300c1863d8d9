import type {BuildSettings} from './build-settings.ts';

/** The owner of a name in the index set, with the facts that a reader without Git needs. */
export interface RepositoryRecord {
  /** Random id, kept in the repository's config as `ctr.id`. */
  readonly id: string;
  readonly name: string;
  /** Full name of the branch that HEAD points at, or undefined if HEAD is detached. */
  readonly head?: string | undefined;
  readonly objectFormat: 'sha1' | 'sha256';
  /** Other repositories may use the same set. */
  readonly isShared: boolean;
  /**
   * Digest of the shallow boundary that the histories of all commits follow; empty if the history is complete. Absent
   * while they are being changed to another one.
   */
  readonly boundary?: string | undefined;
  /** The settings with which the documents were derived, oldest first: one, until a setting is changed. */
  readonly builtWith: readonly BuildSettings[];
}

/**
 * The repository of the set because of which `wanted` may not live there: it has the same name, or one of the two does
 * not share the set. Undefined where there is none.
 */
export function findOccupant(
  repositories: readonly RepositoryRecord[],
  {id, name, isShared}: Pick<RepositoryRecord, 'id' | 'name' | 'isShared'>,
): RepositoryRecord | undefined {
  return repositories.find(
    (other) => other.id !== id && (other.name === name || !other.isShared || !isShared),
  );
}
