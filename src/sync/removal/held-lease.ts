import {randomUUID} from 'node:crypto';
import {Bitmap} from '../../domain/bitmap.ts';
import {type Lease, NO_SEQS, type SeqSets} from '../../domain/lease.ts';
import type {LeaseStore} from '../../store/ports/leases.ts';
import {CtrError} from '../../util/ctr-error.ts';

/**
 * The repository's lease as one run has read it. The first `put` takes it. If another run has taken it in between, or
 * takes it later, every further `put` here is a CONFLICT. A run must take it before it relies on stored documents, or
 * deletes some. Only a run that moves refs to commits of other refs, and drops nothing, does not need it.
 */
export interface HeldLease {
  readonly isTaken: boolean;
  readonly dropped: SeqSets;
  readonly condemned: SeqSets;
  /** This run holds the lease afterwards, with this change. @throws CONFLICT if another run has taken it. */
  put(change: Partial<Pick<Lease, 'dropped' | 'condemned'>>): Promise<void>;
}

/** Reads the lease and takes nothing yet. */
export async function openLease(store: LeaseStore, repo: string): Promise<HeldLease> {
  const found = await store.readLease(repo);
  let {dropped, condemned} = found?.lease ?? {dropped: NO_SEQS, condemned: NO_SEQS};
  let version = found?.version;
  let isTaken = false;
  const holder = randomUUID();
  return {
    get isTaken() {
      return isTaken;
    },
    get dropped() {
      return dropped;
    },
    get condemned() {
      return condemned;
    },
    async put(change) {
      const next = {holder, dropped, condemned, ...change};
      const written = await store.putLease(repo, next, version);
      if (written === undefined) throw overtaken();
      ({dropped, condemned} = next);
      version = written;
      isTaken = true;
    },
  };
}

/**
 * This run holds the lease afterwards, and knows the unfinished deletions of earlier runs.
 * @throws CONFLICT if another run takes it at the same moment.
 */
export async function takeLease(store: LeaseStore, repo: string): Promise<HeldLease> {
  const lease = await openLease(store, repo);
  await lease.put({});
  return lease;
}

export function isNone({commits, entries}: SeqSets): boolean {
  using a = Bitmap.parse(commits);
  using b = Bitmap.parse(entries);
  return a.size + b.size === 0;
}

function overtaken(): CtrError {
  return new CtrError('CONFLICT', 'another sync of this repository has taken over', {
    hint: 'Run `ctr sync` again.',
  });
}
