import {randomUUID} from 'node:crypto';
import {
  type FilledStore,
  isSamePlace,
  isSameStore,
  placesOf,
  type StorePlace,
} from '../../config/filled-store.ts';
import {deleteGitConfigValue} from '../../git/git-config.ts';
import type {IndexSet} from '../../store/ports/generations.ts';
import {objectPrefixOf} from '../../store/ports/object-store.ts';
import {takeLease} from '../../sync/removal/held-lease.ts';
import type {LockedDeps} from '../../sync/sync-run.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type RemoveStoresOptions, removeStores, type StoreOutcome} from './remove-stores.ts';
import {type IndexedRepository, memoryOf, oldPlacesOf} from './store-memory.ts';

/**
 * Deletes the content of the repository in stores that it does not use any more, and forgets empty stores; with
 * `isDryRun` it only counts. The caller holds both locks of the repository (for a dry run one).
 */
export async function removeOldStores(
  workspace: IndexedRepository,
  deps: LockedDeps,
  {isDryRun}: {isDryRun: boolean},
): Promise<StoreOutcome[]> {
  const memory = memoryOf(workspace);
  const {inUse} = memory;
  const outcomes = await removeStores(workspace, oldPlacesOf(memory), {
    isDryRun,
    inUse,
    isInUse: openComparison(deps),
  });
  if (!isDryRun) await forgetSettled(workspace, outcomes, inUse);
  return outcomes;
}

/** Stores of which nothing is left are taken out of the memory. */
export async function forgetSettled(
  workspace: IndexedRepository,
  outcomes: readonly StoreOutcome[],
  inUse: FilledStore | undefined,
): Promise<void> {
  const settled = outcomes.filter(({state}) => state === 'removed' || state === 'same');
  const done = [...settled, ...(inUse === undefined ? [] : placesOf([inUse]))];
  const isDone = (place: StorePlace) => done.some((one) => isSamePlace(one, place));
  for (const {store, text} of memoryOf(workspace).values) {
    const isInUse = inUse !== undefined && isSameStore(inUse, store);
    if (!isInUse && placesOf([store]).every(isDone))
      await deleteGitConfigValue(workspace.gitDir, 'ctr.store', text);
  }
}

/**
 * Tests if an old store is the one in use under another address (another name of the server, a tunnel): it writes through
 * one, and reads through the other.
 */
export function openComparison({store, objects, settings}: LockedDeps): RemoveStoresOptions['isInUse'] {
  const {repo} = settings;
  return {
    async index(old, opened) {
      if (old.id !== repo || store.backend !== opened.backend) return false;
      await takeLease(store, repo);
      const [here, there] = [await store.readLease(repo), await readLeaseIfAny(opened, repo)];
      return here?.lease !== undefined && here.lease.holder === there?.lease?.holder;
    },
    async objects(old, opened) {
      const prefix = objectPrefixOf(settings);
      if (prefix !== objectPrefixOf({index: old.index.name, repo: old.id})) return false;
      if (objects.backend !== opened.backend) return false;
      const marker = `${prefix}is-same-${randomUUID()}`;
      await objects.put(marker, 0, Buffer.alloc(0));
      try {
        return (await opened.stat(marker)) !== undefined;
      } finally {
        await objects.delete([marker]);
      }
    },
  };
}

async function readLeaseIfAny(store: IndexSet, repo: string) {
  try {
    return await store.readLease(repo);
  } catch (error) {
    if (error instanceof CtrError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
