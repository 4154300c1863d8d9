import {CtrError} from '../util/ctr-error.ts';
import {readGitConfig} from './git-config.ts';

const GROUP = 0o660;
const EVERYBODY = 0o664;

/**
 * The umask with which new files and folders in the repository get the permissions of `core.sharedRepository`. `umask`
 * is that of the process, and applies where the setting says nothing.
 * Source: Git, setup.c, git_config_perm, and path.c, calc_shared_perm.
 * @throws CONFIG for a value that Git does not accept
 */
export function sharedUmask(value: string | undefined, umask: number): number {
  const permissions = parseShared(value);
  if (permissions === undefined) return umask;
  // Users who may read a folder may also enter it.
  const withFolders = permissions.bits | ((permissions.bits & 0o444) >> 2);
  return permissions.isExact ? 0o777 & ~withFolders : umask & ~withFolders;
}

/** The repository's `core.sharedRepository`; undefined if not set. Git reads it only from the repository's own config. */
export async function readSharedRepository(gitDir: string): Promise<string | undefined> {
  const values = await readGitConfig(gitDir, '^core\\.sharedrepository$');
  return values.filter(({scope}) => scope === 'local').at(-1)?.value;
}

/** `isExact`: these bits and no others; else they are added to those that the umask leaves. Undefined: not shared. */
function parseShared(value: string | undefined): {bits: number; isExact: boolean} | undefined {
  switch (value?.toLowerCase()) {
    case undefined:
    case 'umask':
    case 'false':
    case 'no':
    case 'off':
    case '':
      return undefined;
    case 'group':
    case 'true':
    case 'yes':
    case 'on':
      return {bits: GROUP, isExact: false};
    case 'all':
    case 'world':
    case 'everybody':
      return {bits: EVERYBODY, isExact: false};
    default:
      return parseOctal(value!);
  }
}

function parseOctal(value: string): {bits: number; isExact: boolean} | undefined {
  const number = /^[0-7]+$/.test(value) ? Number.parseInt(value, 8) : Number.NaN;
  // Old versions of Git wrote 1 for `group` and 2 for `all`.
  if (number === 0) return undefined;
  if (number === 1) return {bits: GROUP, isExact: false};
  if (number === 2) return {bits: EVERYBODY, isExact: false};
  if ((number & 0o600) === 0o600) return {bits: number & 0o666, isExact: true};
  throw new CtrError(
    'CONFIG',
    `core.sharedRepository is ${JSON.stringify(value)}, which Git does not accept`,
    {
      hint: 'It is group, all, umask, or an octal mode such as 0660 that lets the owner read and write.',
    },
  );
}
