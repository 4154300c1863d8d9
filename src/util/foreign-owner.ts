import {readFileSync, statSync} from 'node:fs';
import {type Account, readAccount} from './accounts.ts';

/** The user as whom root continues in a directory of that user. */
export interface ForeignOwner {
  readonly uid: number;
  readonly gid: number;
  readonly account: Account;
}

/** The owner of the directory, if this process is root and the owner is not; else undefined. */
export function findForeignOwner(directory: string): ForeignOwner | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const found = statSync(directory, {throwIfNoEntry: false});
  if (found === undefined || found.uid === 0) return undefined;
  const {uid} = found;
  const account = readAccount(uid);
  return {uid, gid: chooseGroup({uid, account, gid: found.gid}, readGroups()), account};
}

/**
 * The group for new files: that of the directory if the owner is a member, else the owner's own group. So the owner
 * never gets a group with more rights, such as root's, which a directory keeps after `chown <user>`. The groups of an
 * owner without a local account are unknown: then only root's group is excluded.
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
