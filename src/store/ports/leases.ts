import type {Lease} from '../../domain/lease.ts';
import type {Version} from './version.ts';

/** A lease as it is stored; `lease` is undefined where it cannot be read: the next run that takes it replaces it. */
export interface StoredLease {
  readonly lease: Lease | undefined;
  readonly version: Version;
}

/** One lease for each repository: who writes, and what is being deleted. */
export interface LeaseStore {
  /** The repository's lease; undefined where no run has taken it yet. Sees every finished `putLease`. */
  readLease(repo: string): Promise<StoredLease | undefined>;
  /**
   * Writes the lease if its stored version is still `expected` (undefined: there must be none). Returns the new
   * version; undefined where another run wrote first.
   */
  putLease(repo: string, lease: Lease, expected: Version | undefined): Promise<Version | undefined>;
}
