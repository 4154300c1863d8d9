import {randomBytes} from 'node:crypto';
import {isSameIndex} from '../../config/filled-store.ts';
import type {SettingKey} from '../../config/settings.ts';
import {findOccupant, type RepositoryRecord} from '../../domain/repository.ts';
import {assertHookFits} from '../../git/hook.ts';
import {type IndexLocation, openIndex, openObjects} from '../../store/open-stores.ts';
import {objectKeyOf} from '../../store/ports/object-store.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {findStoreChange, type StoreChange} from '../stores/assert-confirmed.ts';
import {isNoPlace} from '../stores/remove-stores.ts';
import {memoryOf} from '../stores/store-memory.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';

/** The planned writes of an install and their places: checked, and nothing is written yet. */
export interface InstallPlan {
  /** By the names that were chosen. */
  readonly workspace: RepositoryWorkspace;
  readonly id: string;
  /** The name of an index that another repository has, where this one would have got it by default. */
  readonly takenName: string | undefined;
  /** Where the repository was until now, if somewhere else. */
  readonly change: StoreChange | undefined;
}

/**
 * How an install of the repository will go. All that can be known to fail fails here, with nothing changed: a hook that
 * cannot be placed, a server that does not answer, a name that belongs to another repository.
 * @throws CONFIG, CONFLICT and what a backend refuses
 */
export async function planInstall(workspace: RepositoryWorkspace): Promise<InstallPlan> {
  await assertHookFits(workspace.repository);
  const change = findStoreChange(workspace);
  if (change && isSameIndex(change.from, change.to) && workspace.config.settings['ctr.index.shared'])
    throw movesShared();
  const id = chooseId(workspace);
  await assertObjectsAnswer(workspace, id);
  const takenBy = await findOwner(workspace, id);
  if (takenBy === undefined) return {workspace, id, takenName: undefined, change};
  const next = withFreeNames(workspace, id);
  // A name that the user has chosen must not be changed.
  if (next === undefined) throw takenBy;
  const stillTaken = await findOwner(next, id);
  if (stillTaken) throw stillTaken;
  return {workspace: next, id, takenName: workspace.indexLocation.name, change};
}

/** Only a reindex brings the objects to another place, and a shared index has none. */
function movesShared(): CtrError {
  return new CtrError('CONFIG', 'the objects of an index that repositories share cannot go elsewhere', {
    hint: 'Run `ctr uninstall --purge` and `ctr install` in this repository; or give it an index of its own (ctr.index.name).',
  });
}

/** The id that the repository has, be it from an install that was interrupted; else a new one. */
function chooseId(workspace: RepositoryWorkspace): string {
  const {settings, sources} = workspace.config;
  const isOwn = /^(?:flag|environment|git config \(local\))$/.test(sources.get('ctr.id') ?? '');
  // Never from a config that several repositories share: one id for two would let them overwrite each other.
  if (isOwn && settings['ctr.id'] !== undefined) return settings['ctr.id'];
  const last = memoryOf(workspace).filled.at(-1);
  return last?.isFilling ? last.id : randomBytes(16).toString('hex');
}

/** Why the index cannot be this repository's; undefined where it can. @throws what the backend refuses otherwise. */
async function findOwner(
  {name, config, indexLocation}: RepositoryWorkspace,
  id: string,
): Promise<CtrError | undefined> {
  await using store = await openIndex(indexLocation);
  try {
    await store.hasCollections();
  } catch (error) {
    // Something of that name was not made by this ctr.
    if (error instanceof CtrError && error.code === 'BACKEND_UNSUPPORTED') return error;
    throw error;
  }
  const isShared = config.settings['ctr.index.shared'];
  const owner = findOccupant(await store.listRepositories(), {id, name, isShared});
  return owner && belongsTo(owner, indexLocation);
}

function belongsTo(owner: RepositoryRecord, {url, name}: IndexLocation): CtrError {
  const where = url === 'embedded' ? 'the index inside the repository' : `the index ${name} at ${url}`;
  return new CtrError('CONFLICT', `${where} belongs to the repository ${owner.name} (${owner.id})`, {
    hint: 'Set another ctr.index.name, or set ctr.index.shared to true on both and give each its own ctr.name.',
    data: {id: owner.id, name: owner.name},
  });
}

/** The same with unique names, if the names that are taken were not chosen by the user. */
function withFreeNames(workspace: RepositoryWorkspace, id: string): RepositoryWorkspace | undefined {
  const {config, indexLocation, name} = workspace;
  const isDefault = (key: SettingKey) => config.sources.get(key) === 'default';
  const suffix = `-${id.slice(0, 8)}`;
  const lengthen = (given: string) => `${given.slice(0, 100 - suffix.length)}${suffix}`;
  if (config.settings['ctr.index.shared'])
    return isDefault('ctr.name') ? {...workspace, name: lengthen(name)} : undefined;
  if (!isDefault('ctr.index.name')) return undefined;
  return {...workspace, indexLocation: {...indexLocation, name: lengthen(indexLocation.name)}};
}

/** The object store answers, and takes the credentials; the place for objects need not be there yet. */
async function assertObjectsAnswer(
  {objectsLocation, indexLocation}: RepositoryWorkspace,
  id: string,
): Promise<void> {
  await using objects = await openObjects(objectsLocation);
  try {
    await objects.stat(objectKeyOf({index: indexLocation.name, repo: id, oid: '0'.repeat(40)}));
  } catch (error) {
    if (!isNoPlace(error)) throw error;
  }
}
