import {
  type FilledStore,
  isSameObjects,
  labelOfPlace,
  placesOf,
  type StorePlace,
} from '../../config/filled-store.ts';
import {findReach, type Reach} from '../../git/reaching-refs.ts';
import {readRefs} from '../../git/refs.ts';
import {openIndex, openObjects} from '../../store/open-stores.ts';
import {objectKeyOf, objectPrefixOf} from '../../store/ports/object-store.ts';
import {shareObjects} from '../../sync/reindex/shared-objects.ts';
import {type ForgetTarget, forgetInStore} from '../../sync/removal/forget.ts';
import {removeUnfinished} from '../../sync/removal/unfinished.ts';
import {sync} from '../../sync/sync.ts';
import type {LockedDeps, SyncDeps} from '../../sync/sync-run.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {AppContext} from '../context.ts';
import type {SyncLockOptions} from '../locked/locks.ts';
import {dropGenerations, runLocked} from '../locked/run-locked.ts';
import {indexLocationOf, objectsLocationOf} from '../stores/locations.ts';
import {openComparison} from '../stores/old-stores.ts';
import {isNoPlace} from '../stores/remove-stores.ts';
import {memoryOf, oldPlacesOf, type StoreMemory} from '../stores/store-memory.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';
import {type ForgetReceipt, type LookedAt, receiptOf} from './forget-receipt.ts';

/**
 * No trace of the target is left in any store that the repository has ever filled, nor in ctr's own files, and the
 * receipt says where that was looked for; or a ref still reaches it, and nothing was changed.
 */
export async function runForget(
  context: AppContext,
  workspace: RepositoryWorkspace,
  target: ForgetTarget,
  wait: SyncLockOptions,
): Promise<ForgetReceipt | {readonly reachedBy: Reach}> {
  const lock = {verb: 'forget' as const, ...wait, dropsGenerations: 'certainly' as const};
  return runLocked(context, workspace, lock, async (deps) => {
    // Git says what its refs reach, also those that are not indexed.
    const reachedBy = await findReach(workspace.repository, target);
    if (reachedBy.refs.length > 0) {
      // What other refs have dropped goes all the same.
      await sync(deps);
      return {reachedBy};
    }
    const current = await forgetInStore(deps, target);
    if ('shownBy' in current) return {reachedBy: {refs: current.shownBy, commits: []}};
    const memory = memoryOf(workspace);
    const inUse = memory.inUse && placesOf([memory.inUse]).map(labelOfPlace).join(', ');
    const stores: LookedAt[] = [
      {place: inUse ?? deps.settings.index, isInUse: true, state: 'looked', error: null, ...current},
    ];
    const old = oldPlacesOf(memory);
    for (const place of old.filter(({kind}) => kind === 'index'))
      stores.push(
        await lookInto(place, () => forgetInOldIndex(workspace, deps, {old: place.store, memory, target})),
      );
    const oids = [...new Set(stores.flatMap((store) => store.oids ?? []))].sort();
    for (const place of objectsNotLooked(old, stores))
      stores.push(
        await lookInto(place, () => forgetInOldObjects(workspace, deps, {old: place.store, oids, target})),
      );
    return receiptOf(deps, {target, stores, current, oids, workspace});
  });
}

type Looked = Omit<LookedAt, 'place' | 'isInUse' | 'error'>;

async function lookInto(looked: StorePlace, look: () => Promise<Looked>): Promise<LookedAt> {
  const place = labelOfPlace(looked);
  try {
    return {place, isInUse: false, error: null, ...(await look())};
  } catch (error) {
    if (!(error instanceof CtrError)) throw error;
    return {place, isInUse: false, state: 'unreachable', error: error.message};
  }
}

/** An old index first loses the refs that Git has moved since, and gets nothing new. */
async function forgetInOldIndex(
  workspace: RepositoryWorkspace,
  deps: LockedDeps,
  {old, memory, target}: {old: FilledStore; memory: StoreMemory; target: ForgetTarget},
): Promise<Looked> {
  await using store = await openIndex(indexLocationOf(old, workspace));
  if (await openComparison(deps).index(old, store)) return {state: 'same'};
  const isThere =
    (await store.hasCollections()) && (await store.listRepositories()).some(({id}) => id === old.id);
  if (!isThere) return {state: 'absent'};
  await dropGenerations(store, 'certainly');
  await using opened = await openObjects(objectsLocationOf(old, workspace));
  // What the index in use needs is not this one's to delete.
  const isShared = memory.inUse !== undefined && isSameObjects(old, memory.inUse);
  const objects = isShared ? shareObjects(opened, () => undefined) : opened;
  const oldDeps: SyncDeps = {
    ...deps,
    store,
    objects,
    settings: {...deps.settings, repo: old.id, index: old.index.name},
    listRefs: () => readUnmoved(workspace, store, old.id),
    // An old store causes no events, and does not touch the failures of the index in use.
    failuresFile: `${deps.failuresFile}.old`,
    events: undefined,
    onEvent: () => undefined,
  };
  const forgotten = await forgetInStore(oldDeps, target);
  if ('shownBy' in forgotten) {
    const names = forgotten.shownBy.join(', ');
    throw new CtrError('PARTIAL', `refs that Git cannot read still show it there: ${names}`);
  }
  return {state: 'looked', ...forgotten};
}

/** Git's refs as far as the store shows just that. */
async function readUnmoved(
  {repository}: RepositoryWorkspace,
  store: LockedDeps['store'],
  repo: string,
): Promise<Awaited<ReturnType<typeof readRefs>>> {
  const [git, known] = await Promise.all([readRefs(repository), store.listRefs(repo)]);
  const shown = new Map(
    known.filter(({state}) => state !== 'deleted').map(({name, target}) => [name, target]),
  );
  return {...git, refs: new Map([...git.refs].filter(([name, oid]) => shown.get(name) === oid))};
}

/** Old places for objects that no old index has looked after: its index stayed in use, is gone, or does not answer. */
function objectsNotLooked(old: readonly StorePlace[], stores: readonly LookedAt[]): StorePlace[] {
  const looked = old.filter((one) =>
    stores.some(({place, state}) => place === labelOfPlace(one) && state === 'looked'),
  );
  const isLooked = (place: StorePlace) => looked.some((index) => isSameObjects(index.store, place.store));
  return old.filter((place) => place.kind === 'objects' && !isLooked(place));
}

/** There only oids tell what is what. */
async function forgetInOldObjects(
  workspace: RepositoryWorkspace,
  deps: LockedDeps,
  {old, oids, target}: {old: FilledStore; oids: readonly string[]; target: ForgetTarget},
): Promise<Looked> {
  await using objects = await openObjects(objectsLocationOf(old, workspace));
  const owner = {index: old.index.name, repo: old.id};
  const all = [...new Set([...oids, ...('oid' in target ? [target.oid] : [])])];
  try {
    if (await openComparison(deps).objects(old, objects)) return {state: 'same'};
    const keys = all.map((oid) => objectKeyOf({...owner, oid}));
    const found = (await Promise.all(keys.map((key) => objects.stat(key)))).filter(
      (size) => size !== undefined,
    );
    await objects.delete(keys);
    const settings = {...deps.settings, ...owner};
    const unfinished = await removeUnfinished({objects, settings}, {isDryRun: false});
    if (all.length === 0 && (await holdsAny(objects, objectPrefixOf(owner)))) throw unexplained();
    return {state: 'looked', removed: {entries: 0, commits: 0, objects: found.length}, unfinished};
  } catch (error) {
    if (isNoPlace(error)) return {state: 'absent'};
    throw error;
  }
}

async function holdsAny(objects: SyncDeps['objects'], prefix: string): Promise<boolean> {
  for await (const batch of objects.list(prefix)) if (batch.length > 0) return true;
  return false;
}

function unexplained(): CtrError {
  return new CtrError(
    'PARTIAL',
    'it holds objects that no index gives a path; `ctr prune --old-stores` removes them',
  );
}
