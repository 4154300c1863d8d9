import {statSync} from 'node:fs';
import {join} from 'node:path';
import {LRUCache} from 'lru-cache';
import {secretsFile} from '../../config/read-config.ts';
import type {AppContext, CommonOptions} from '../context.ts';
import {openWorkspace, type Workspace} from './open-workspace.ts';

/** Included files and the user's configuration are looked at after this long, though the repository's is unchanged. */
const MAX_AGE_MS = 30_000;
const REPOSITORIES_MAX = 1000;
/** Readings between which the ages differ: hundreds that were read together are not all read again together. */
const AGES = 100;

/**
 * Reads a repository's workspace, and asks Git again only when the repository's configuration or its secrets have
 * changed, or up to half a minute has gone by. For a process that answers many questions.
 */
export function openWorkspaceCache(
  context: AppContext,
  common: CommonOptions,
): (gitDir: string) => Promise<Workspace> {
  const cache = new LRUCache<string, {stamp: string; workspace: Workspace}>({
    max: REPOSITORIES_MAX,
    ttl: MAX_AGE_MS,
  });
  let readings = 0;
  return async (gitDir) => {
    const known = cache.get(gitDir);
    // Taken before the reading: a change in between is seen by the next call.
    const configStamp = fileStamp(join(gitDir, 'config'));
    if (known && known.stamp === configStamp + secretsStamp(gitDir, known.workspace)) return known.workspace;
    const workspace = await openWorkspace(context, {...common, repo: gitDir});
    const ttl = MAX_AGE_MS / 2 + (MAX_AGE_MS / 2) * ((readings++ % AGES) / AGES);
    cache.set(gitDir, {stamp: configStamp + secretsStamp(gitDir, workspace), workspace}, {ttl});
    return workspace;
  };
}

function secretsStamp(gitDir: string, {config}: Workspace): string {
  const file = secretsFile(config.settings, gitDir);
  return file === undefined ? '' : ` ${fileStamp(file)}`;
}

function fileStamp(file: string): string {
  const found = statSync(file, {throwIfNoEntry: false});
  return found ? `${found.ino}:${found.size}:${found.mtimeMs}` : 'none';
}
