import {existsSync} from 'node:fs';
import {putGitConfig, readGitConfig} from '../../git/git-config.ts';
import {CtrError} from '../../util/ctr-error.ts';
import type {RepositoryWorkspace} from '../workspace/open-workspace.ts';

/**
 * The repository is the one that owns its index, and not a copy of it (`cp -r` takes `ctr.id` along): two that take
 * turns would undo each other's refs. One that was moved is told by its old place being empty, and may go on.
 * @throws CONFIG for a copy
 */
export async function assertNoCopy(workspace: RepositoryWorkspace): Promise<void> {
  const {gitDir, config, indexLocation, objectsLocation} = workspace;
  // What lies inside the repository was copied with it, and is its own.
  if (indexLocation.url === 'embedded' && objectsLocation.url === 'embedded') return;
  if (config.settings['ctr.home'] === gitDir) return;
  const original = await findOriginal(workspace);
  if (original !== undefined) {
    throw new CtrError('CONFIG', `${gitDir} is a copy of ${original}, and would overwrite its index`, {
      hint: 'Give it an index of its own: git config --unset ctr.id; ctr install --name <name> --index-name <name>',
    });
  }
  await putGitConfig(gitDir, 'ctr.home', [gitDir]);
}

/** The repository of which this one is a copy, where that one still has the id that both have; else undefined. */
export async function findOriginal({gitDir, config}: RepositoryWorkspace): Promise<string | undefined> {
  const {'ctr.home': home, 'ctr.id': id} = config.settings;
  if (home === undefined || home === gitDir || id === undefined) return undefined;
  return (await readId(home)) === id ? home : undefined;
}

async function readId(home: string): Promise<string | undefined> {
  if (!existsSync(home)) return undefined;
  const values = await readGitConfig(home, '^ctr\\.id$').catch(() => []);
  return values.at(-1)?.value;
}
