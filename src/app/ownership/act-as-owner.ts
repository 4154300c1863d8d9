import {closeSync, openSync} from 'node:fs';
import {userInfo} from 'node:os';
import {readSharedRepository, sharedUmask} from '../../git/shared-repository.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {findForeignOwner} from '../../util/foreign-owner.ts';
import {PROGRAM} from '../package.ts';

/** The umask of the process at its start, and the one for repositories. */
const umasks: {own?: number; inForce?: number} = {};

/**
 * Every user who may push can use the files that this process and its children create in the repository from now on: the
 * umask becomes that of `core.sharedRepository`, and root continues as the owner of the repository. Files of root would
 * stop later pushes from being indexed. The repository's own configuration names programs (`ctr.onSync`), which must not
 * run as root. Both apply to the whole process until it ends.
 * @throws CONFIG if the owner could not run ctr.
 */
export async function actAsOwner(gitDir: string): Promise<void> {
  becomeOwner(gitDir);
  umasks.inForce = await readUmask(gitDir);
  process.umask(umasks.inForce);
}

/** True if this process may also work on this repository: its repositories must have the same umask. */
export async function hasUmaskInForce(gitDir: string): Promise<boolean> {
  const umask = await readUmask(gitDir);
  umasks.inForce ??= umask;
  return umasks.inForce === umask;
}

async function readUmask(gitDir: string): Promise<number> {
  umasks.own ??= process.umask(0o022);
  return sharedUmask(await readSharedRepository(gitDir), umasks.own);
}

/** Root goes on as the owner of the repository. @throws CONFIG where the owner could not run ctr. */
export function becomeOwner(gitDir: string): void {
  const owner = findForeignOwner(gitDir);
  if (owner === undefined) return;
  const {uid, gid} = owner;
  process.setegid!(gid);
  process.seteuid!(uid);
  const {username, homedir} = accountOf(uid);
  try {
    assertReadable(gitDir, username);
  } finally {
    process.seteuid!(0);
    process.setegid!(0);
  }
  setGroups(username, gid);
  process.setgid!(gid);
  process.setuid!(uid);
  // Git reads the user's configuration from there, and root's is not the owner's to read.
  delete process.env['XDG_CONFIG_HOME'];
  Object.assign(process.env, {HOME: homedir, USER: username, LOGNAME: username});
}

/** Of the effective user. A number without an account, as in containers, has no home. */
function accountOf(uid: number): {username: string; homedir: string} {
  try {
    return userInfo();
  } catch {
    return {username: String(uid), homedir: '/nonexistent'};
  }
}

/** Opens and does not ask `access`, which would answer for the real user: that is still root. */
function assertReadable(gitDir: string, username: string): void {
  for (const file of [process.execPath, PROGRAM]) {
    try {
      closeSync(openSync(file, 'r'));
    } catch (cause) {
      throw new CtrError('CONFIG', `${gitDir} belongs to ${username}, who cannot read ${file}`, {
        hint: 'Install Node and ctr where every user can read them: the hook runs them as the user who pushes.',
        cause,
      });
    }
  }
}

/** Sets the groups that the owner gets at a login: one of them may own files in the repository. */
function setGroups(username: string, gid: number): void {
  try {
    // Not among the types of Node 24. Source: nodejs.org, process.initgroups.
    (process as unknown as {initgroups(user: string, extra: number): void}).initgroups(username, gid);
  } catch {
    process.setgroups!([gid]);
  }
}
