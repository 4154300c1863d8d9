import {type FilledStore, isSameIndex, isSameObjects} from '../../config/filled-store.ts';
import type {IndexLocation, ObjectsLocation} from '../../store/open-stores.ts';
import {type Indexed, storeOf} from './store-memory.ts';

/** Where the index of a store that the repository has filled is, with the password for it. */
export function indexLocationOf(store: FilledStore, workspace: Indexed): IndexLocation {
  const {config, indexLocation: now} = workspace;
  if (isSameIndex(store, storeOf(workspace, store))) return now;
  const {CTR_OLD_INDEX_PASSWORD: old, CTR_INDEX_PASSWORD: todays} = config.secrets;
  const {url, name, username, caFile} = store.index;
  // Today's password goes to another server only where the same user was asked for there.
  const isSameUser = username !== undefined && username === now.username;
  const password = old ?? (isSameUser ? todays : undefined);
  return {url, name, username, caFile, password, timeoutMs: now.timeoutMs, directory: now.directory};
}

/** Where its objects are, with the keys for them. A key goes nowhere: requests are signed with it. */
export function objectsLocationOf(store: FilledStore, workspace: Indexed): ObjectsLocation {
  const {config, objectsLocation: now} = workspace;
  if (isSameObjects(store, storeOf(workspace, store))) return now;
  const {secrets} = config;
  return {
    ...store.objects,
    accessKey: secrets.CTR_OLD_OBJECTS_ACCESS_KEY ?? now.accessKey,
    secretKey: secrets.CTR_OLD_OBJECTS_SECRET_KEY ?? now.secretKey,
    timeoutMs: now.timeoutMs,
    directory: now.directory,
  };
}
