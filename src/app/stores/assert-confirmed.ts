import {
  type FilledStore,
  isSameIndex,
  isSameUrl,
  labelOfIndex,
  labelOfObjects,
} from '../../config/filled-store.ts';
import {variableOf} from '../../config/settings.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {type Indexed, memoryOf, storeOf} from './store-memory.ts';

/** A store that the settings name although the repository uses another one. */
export interface StoreChange {
  readonly from: FilledStore;
  readonly to: FilledStore;
  /** The settings that differ. */
  readonly keys: readonly NamingKey[];
}

/** The settings that say which store is meant. */
const ADDRESSES = {
  'ctr.index.url': ({index}: FilledStore) => index.url,
  'ctr.index.name': ({index}: FilledStore) => index.name,
  'ctr.objects.url': ({objects}: FilledStore) => objects.url,
  'ctr.objects.bucket': ({objects}: FilledStore) => objects.bucket,
};
const NAMING = {'ctr.id': ({id}: FilledStore) => id, ...ADDRESSES};
type NamingKey = keyof typeof NAMING;

/** The change of the store since it was confirmed; undefined if there is none. */
export function findStoreChange(workspace: Indexed): StoreChange | undefined {
  const {inUse} = memoryOf(workspace);
  if (inUse === undefined) return undefined;
  const to = storeOf(workspace, {id: workspace.config.settings['ctr.id'] ?? inUse.id});
  const keys = changedKeys(inUse, to);
  return keys.length === 0 ? undefined : {from: inUse, to, keys};
}

/**
 * Checks that the settings name the confirmed store. Otherwise a removed setting (`ctr.index.url` of the whole machine)
 * would make the next sync build a second index somewhere else, and orphan the first one.
 * @throws CONFIG
 */
export function assertConfirmed(workspace: Indexed): void {
  const change = findStoreChange(workspace);
  if (change) throw unconfirmed(workspace, change);
}

/**
 * As `assertConfirmed`, for readers: who names another place for one command, by a flag or in the environment, means it.
 * @throws CONFIG
 */
export function assertReadable(workspace: Indexed): void {
  const change = findStoreChange(workspace);
  if (!change) return;
  if (!isGivenForOnce(workspace)) throw unconfirmed(workspace, change);
}

export function unconfirmed(workspace: Indexed, change: StoreChange): CtrError {
  const {from, to, keys} = change;
  const label = isSameIndex(from, to) ? labelOfObjects : labelOfIndex;
  const said = keys.map((key) => `${key} (${workspace.config.sources.get(key) ?? 'default'})`);
  return new CtrError(
    'CONFIG',
    `${workspace.name} is in ${label(from)}, but the settings name ${label(to)}, and this change is not confirmed`,
    {
      hint: `Changed: ${said.join(', ')}. ${restoreHint(workspace, change)} To use the new place from now on: \`ctr install\`.`,
      data: {from: from.index, to: to.index, keys},
    },
  );
}

function restoreHint(workspace: Indexed, {from, keys}: StoreChange): string {
  const variables = keys.filter((key) => workspace.config.sources.get(key) === 'environment').map(variableOf);
  if (variables.length > 0) return `To go on as before, unset ${variables.join(', ')}.`;
  return `To go on as before: ${keys.map((key) => `git config ${key} ${NAMING[key](from)}`).join('; ')}.`;
}

/** True if a flag or the environment names the store: that applies to one command only. */
export function isGivenForOnce({config}: Indexed): boolean {
  return Object.keys(ADDRESSES).some((key) =>
    /^(?:flag|environment)$/.test(config.sources.get(key as NamingKey) ?? ''),
  );
}

function changedKeys(from: FilledStore, to: FilledStore): NamingKey[] {
  const keys = Object.keys(NAMING) as NamingKey[];
  return keys.filter(
    (key) =>
      !isSameUrl(NAMING[key](from), NAMING[key](to)) &&
      // The objects inside the repository are in no bucket.
      (key !== 'ctr.objects.bucket' || to.objects.url !== 'embedded'),
  );
}
