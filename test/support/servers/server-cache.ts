import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, rename, rm} from 'node:fs/promises';
import {homedir} from 'node:os';
import {isAbsolute, join} from 'node:path';

/**
 * The folder that keeps fetched servers between runs: `git-ctr/test-servers` in the user's cache.
 * A relative XDG_CACHE_HOME is ignored, as the XDG base directory specification demands.
 */
export function serverCacheDir(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.XDG_CACHE_HOME;
  const root = named !== undefined && isAbsolute(named) ? named : join(homedir(), '.cache');
  return join(root, 'git-ctr', 'test-servers');
}

/**
 * The cached folder `key` exists and is complete; its path is returned. Calls `build` only where it is missing.
 *
 * `build` fills a folder next to it that is renamed at the end, so an interrupted fetch never looks complete.
 * Two processes may build the same key at once: the first to finish wins, the other's copy is thrown away.
 */
export async function openCached(key: string, build: (dir: string) => Promise<void>): Promise<string> {
  const dir = join(serverCacheDir(), key);
  if (existsSync(dir)) return dir;
  const partial = `${dir}.partial-${randomBytes(6).toString('hex')}`;
  await mkdir(partial, {recursive: true});
  try {
    await build(partial);
    await renameUnlessThere(partial, dir);
  } finally {
    await rm(partial, {recursive: true, force: true});
  }
  return dir;
}

async function renameUnlessThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // rename(2) onto a folder that is not empty: another process was faster.
    if (!existsSync(to)) throw error;
  }
}
