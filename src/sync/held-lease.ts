import {randomUUID} from 'node:crypto';
import {Bitmap} from '../domain/bitmap.ts';
import {type Lease, NO_SEQS, type SeqSets} from '../domain/lease.ts';
import type {IndexStore} from '../store/index-store.ts';
import {CtrError} from '../util/ctr-error.ts';

/** The repository's lease in the hands of one run: whoever takes it later makes every further `put` here a CONFLICT. */
export interface HeldLease {
  readonly dropped: SeqSets;
  readonly condemned: SeqSets;
  /** The lease says so afterwards. @throws CONFLICT when another run has taken it meanwhile. */
  put(change: Partial<Pick<Lease, 'dropped' | 'condemned'>>): Promise<void>;
}

/**
 * This run holds the lease afterwards; what an earlier one had to delete is known from it.
 * @throws CONFLICT when another run takes it at the same moment.
 */
export async function takeLease(store: IndexStore, repo: string): Promise<HeldLease> {
  const found = await store.readLease(repo);
  let {dropped, condemned} = found?.lease ?? {dropped: NO_SEQS, condemned: NO_SEQS};
  let version = found?.version;
  const holder = randomUUID();
  const put = async (change: Partial<Pick<Lease, 'dropped' | 'condemned'>>) => {
    const next = {holder, dropped, condemned, ...change};
    const written = await store.putLease(repo, next, version);
    if (written === undefined) throw overtaken();
    ({dropped, condemned} = next);
    version = written;
  };
  await put({});
  return {
    get dropped() {
      return dropped;
    },
    get condemned() {
      return condemned;
    },
    put,
  };
}

/** Whether an earlier run has left something to delete, or to look at. */
export async function hasUnfinishedRemoval(store: IndexStore, repo: string): Promise<boolean> {
  const found = await store.readLease(repo);
  return found !== undefined && !(isNone(found.lease.dropped) && isNone(found.lease.condemned));
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
