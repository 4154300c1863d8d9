import type {BuildSettings} from './build-settings.ts';

/** Which repository owns a name in the index set, and what a reader without Git needs to know of it. */
export interface RepositoryRecord {
  /** Random id, kept in the repository's config as `ctr.id`. */
  readonly id: string;
  readonly name: string;
  /** Full name of the branch that HEAD points at, or undefined where HEAD is detached. */
  readonly head?: string | undefined;
  readonly objectFormat: 'sha1' | 'sha256';
  /** Whether other repositories may live in the same set. */
  readonly isShared: boolean;
  /**
   * Digest of the shallow boundary with which the histories of all commits agree; empty where history is whole. Absent
   * while they are brought to another one.
   */
  readonly boundary?: string | undefined;
  /** The settings that derived what is in the index, oldest first: one, until a setting is changed. */
  readonly builtWith: readonly BuildSettings[];
}
