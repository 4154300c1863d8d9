import {existsSync, statSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {CtrError} from '../util/ctr-error.ts';

const DEPTH_MAX = 8;

/**
 * The bare repositories below `root` in which ctr is installed (they have the launcher `ctr/run`), in order of their
 * paths. Does not follow symbolic links, nor look inside a repository.
 * @throws USAGE where there is no such directory.
 */
export async function* findInstalledRepositories(root: string): AsyncGenerator<string> {
  if (!statSync(root, {throwIfNoEntry: false})?.isDirectory()) {
    throw new CtrError('USAGE', `there is no directory ${root}`, {
      hint: 'Give the directory that holds the repositories.',
    });
  }
  yield* walk(resolve(root), 0);
}

async function* walk(dir: string, depth: number): AsyncGenerator<string> {
  if (existsSync(join(dir, 'HEAD')) && existsSync(join(dir, 'objects'))) {
    if (existsSync(join(dir, 'ctr', 'run'))) yield dir;
    return;
  }
  if (depth === DEPTH_MAX) return;
  // A directory that may not be read holds nothing that we could sync.
  const below = await readdir(dir, {withFileTypes: true}).catch(() => []);
  for (const entry of below.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.isDirectory()) yield* walk(join(dir, entry.name), depth + 1);
  }
}
