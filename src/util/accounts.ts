import {readFileSync} from 'node:fs';

/** A user of this machine. */
export interface Account {
  readonly name: string;
  readonly home: string;
  /** The group that a login gets; undefined where the account is not a local one. */
  readonly gid: number | undefined;
}

/** The local account with this uid. An unknown uid gets its number as a name, and no home. */
export function readAccount(uid: number): Account {
  const [name, , , gid, , home] = findFields(uid) ?? [];
  return {
    name: name ?? `user ${uid}`,
    home: home ?? '/nonexistent',
    gid: gid === undefined ? undefined : Number(gid),
  };
}

/** Source: passwd(5): name, password, uid, gid, comment, home, shell. */
function findFields(uid: number): string[] | undefined {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
    return lines.map((line) => line.split(':')).find((fields) => fields[2] === String(uid));
  } catch {
    return undefined;
  }
}
