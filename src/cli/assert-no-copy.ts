import {existsSync} from 'node:fs';
import {putGitConfig, readGitConfig} from '../git/git-config.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {RepositoryWorkspace} from './context.ts';

/**
 * The repository is the one that owns its index, and not a copy of it (`cp -r` takes `ctr.id` along): two that take
 * turns would undo each other's refs. One that was moved is told by its old place being empty, and may go on.
 * @throws CONFIG for a copy
 */
export async function assertNoCopy({
  gitDir,
  config,
  indexLocation,
  objectsLocation,
}: RepositoryWorkspace): Promise<void> {
  // What lies inside the repository was copied with it, and is its own.
  if (indexLocation.url === 'embedded' && objectsLocation.url === 'embedded') return;
  const home = config.settings['ctr.home'];
  if (home === gitDir) return;
  if (home !== undefined && (await readId(home)) === config.settings['ctr.id']) {
    throw new CtrError('CONFIG', `${gitDir} is a copy of ${home}, and would overwrite its index`, {
      hint: 'Give it an index of its own: git config --unset ctr.id; ctr install --name <name> --index-name <name>',
    });
  }
  await putGitConfig(gitDir, 'ctr.home', [gitDir]);
}

async function readId(home: string): Promise<string | undefined> {
  if (!existsSync(home)) return undefined;
  const values = await readGitConfig(home, '^ctr\\.id$').catch(() => []);
  return values.at(-1)?.value;
}
