import {readFileSync, statSync} from 'node:fs';
import {type Account, readAccount} from './accounts.ts';

/** As whom root goes on in a directory that belongs to somebody else. */
export interface ForeignOwner {
  readonly uid: number;
  readonly gid: number;
  readonly account: Account;
}

/** The owner of the directory, where this is root and that is another user; else undefined. */
export function findForeignOwner(directory: string): ForeignOwner | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const found = statSync(directory, {throwIfNoEntry: false});
  if (found === undefined || found.uid === 0) return undefined;
  const {uid} = found;
  const account = readAccount(uid);
  return {uid, gid: chooseGroup({uid, account, gid: found.gid}, readGroups()), account};
}

/**
 * The group of the directory, so that files get it, where the owner is in that group; else the owner's own group. Root's
 * group, which a directory keeps after `chown <user>`, is not handed to its owner, nor is any other with more rights.
 * Of an owner who is no local account nobody can tell: only root's group is then excluded.
 * @param groups The lines of /etc/group. Source: group(5): name, password, gid, members.
 */
export function chooseGroup(
  {uid, gid, account}: {uid: number; gid: number; account: Account},
  groups: readonly string[],
): number {
  if (account.gid === undefined) return gid === 0 ? uid : gid;
  const members = groups.map((line) => line.split(':')).find((fields) => fields[2] === String(gid))?.[3];
  return members?.split(',').includes(account.name) === true ? gid : account.gid;
}

function readGroups(): string[] {
  try {
    return readFileSync('/etc/group', 'utf8').split('\n');
  } catch {
    return [];
  }
}
