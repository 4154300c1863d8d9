import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {
  type FilledStore,
  formatFilledStore,
  isSamePlace,
  isSameStore,
  parseFilledStore,
  placesOf,
  type StorePlace,
} from '../../config/filled-store.ts';
import type {Config} from '../../config/read-config.ts';
import {addGitConfig, deleteGitConfigValue} from '../../git/git-config.ts';
import type {IndexLocation, ObjectsLocation} from '../../store/open-stores.ts';

/** The part of a workspace that names the store of its repository. */
export interface Indexed {
  readonly name: string;
  readonly config: Config;
  readonly indexLocation: IndexLocation;
  readonly objectsLocation: ObjectsLocation;
}

/** The same of a repository that is on this machine. */
export interface IndexedRepository extends Indexed {
  readonly gitDir: string;
  /** `<repository>/ctr` */
  readonly directory: string;
}

/**
 * The stores that a repository has filled, as values of `ctr.store` in its own Git config: next to `ctr.id`, which owns
 * what lies there; so they outlast the folder `ctr/` and move with the repository. A value is added before the
 * first write to a store, and taken out when nothing of the repository is left there.
 */
export interface StoreMemory {
  /** As they stand there, in their order. */
  readonly values: readonly {readonly text: string; readonly store: FilledStore}[];
  /** Each once, the latest last. */
  readonly filled: readonly FilledStore[];
  /** The last confirmed store; undefined if there is none yet. */
  readonly inUse: FilledStore | undefined;
}

export function memoryOf({config}: Pick<Indexed, 'config'>): StoreMemory {
  // Of Git's config alone: an environment cannot know what was filled.
  const values = (config.gitValues.get('ctr.store') ?? []).flatMap((text) => {
    const store = parseFilledStore(text);
    return store ? [{text, store}] : [];
  });
  const all = values.map(({store}) => store);
  const filled = all.filter((store, at) => !all.slice(at + 1).some((later) => isSameStore(store, later)));
  return {values, filled, inUse: all.findLast(({isFilling}) => !isFilling)};
}

/** The store that the settings name now. */
export function storeOf(
  {indexLocation, objectsLocation}: Indexed,
  {id, isFilling = false}: {id: string; isFilling?: boolean},
): FilledStore {
  const {url, name, username, caFile} = indexLocation;
  const {bucket, region, ...place} = objectsLocation;
  const objects = {url: place.url, bucket, region, caFile: place.caFile};
  return {id, index: {url, name, username, caFile}, objects, isFilling};
}

/**
 * The store is remembered as one that may hold something of the repository; the one in use stays so. Whether it was
 * unknown before.
 */
export async function rememberStore(workspace: IndexedRepository, store: FilledStore): Promise<boolean> {
  if (memoryOf(workspace).filled.some((known) => isSameStore(known, store))) return false;
  await addGitConfig(workspace.gitDir, 'ctr.store', formatFilledStore({...store, isFilling: true}));
  return true;
}

/** The store is the one in use afterwards. Writes nothing where it is already, and nothing else is left of its filling. */
export async function confirmStore(workspace: IndexedRepository, store: FilledStore): Promise<void> {
  const text = formatFilledStore({...store, isFilling: false});
  const twin = formatFilledStore({...store, isFilling: true});
  const values = workspace.config.gitValues.get('ctr.store') ?? [];
  const isNew = values.at(-1) !== text;
  if (isNew) await addGitConfig(workspace.gitDir, 'ctr.store', text);
  // A run that died in between has left it.
  if (isNew || values.includes(twin)) await deleteGitConfigValue(workspace.gitDir, 'ctr.store', twin);
}

/** Of a repository that was installed before there was a memory: what it uses now, and what lies in its folder. */
export async function beginMemory(workspace: IndexedRepository, id: string): Promise<void> {
  const now = storeOf(workspace, {id});
  const hasIndex = existsSync(join(workspace.directory, 'index.db'));
  if (hasIndex && now.index.url !== 'embedded') await rememberStore(workspace, embeddedTwin(now));
  await confirmStore(workspace, now);
}

/** The same, inside the repository. */
function embeddedTwin({id, index, objects}: FilledStore): FilledStore {
  return {
    id,
    index: {url: 'embedded', name: index.name},
    objects: {...objects, url: 'embedded', caFile: undefined},
    isFilling: true,
  };
}

/** Where the repository has been before: each place that is not in use any more. */
export function oldPlacesOf({filled, inUse}: StoreMemory): StorePlace[] {
  if (inUse === undefined) return [];
  return placesOf(filled).filter((place) => !isSamePlace(place, {...place, store: inUse}));
}
