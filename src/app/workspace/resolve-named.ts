import {resolve} from 'node:path';
import {CtrError} from '../../util/ctr-error.ts';

/**
 * The absolute path of what was named.
 * @throws USAGE for an empty name: a script whose variable is not set does not mean the current directory.
 */
export function resolveNamed(cwd: string, named: string): string {
  if (named !== '') return resolve(cwd, named);
  throw new CtrError('USAGE', 'the name of a repository or directory is empty', {
    hint: 'Is a variable of a script not set? For the current directory write a dot.',
  });
}
