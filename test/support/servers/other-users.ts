import {spawnSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

const CTR = fileURLToPath(new URL('../../../bin/ctr.js', import.meta.url));

/** Users by number: no account is needed for one. */
export const USERS = {root: 0, ada: 61_001, bob: 61_002, www: 61_003} as const;
/** Of ada and bob. */
export const GROUP = 61_000;
/** www is in no group of the others. */
export const GROUPS = {root: 0, ada: GROUP, bob: GROUP, www: 61_003} as const;

export type User = keyof typeof USERS;

/** True if tests may run commands as other users, who can read this checkout and its Node. */
export function canActAsUsers(): boolean {
  if (process.geteuid?.() !== 0) return false;
  const {status} = spawnSync(process.execPath, [CTR, '--version'], {
    cwd: '/',
    uid: USERS.ada,
    gid: GROUP,
    env: {},
  });
  return status === 0;
}
