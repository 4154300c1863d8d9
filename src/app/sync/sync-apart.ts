import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants} from 'node:os';
import {flagOf} from '../../config/settings.ts';
import type {AppContext, CommonOptions} from '../context.ts';
import {PROGRAM} from '../package.ts';

/**
 * `ctr sync --all` in a process of its own, which user and umask of the process are for: one that root has made go on
 * as the owner of a repository cannot come back. Returns its exit code.
 */
export async function syncApart(
  {env, stdout, stderr}: AppContext,
  {json, quiet, verbose, flags}: CommonOptions,
  options: {root: string; jobs: number; waitMs: number; owner?: number | undefined},
): Promise<number> {
  const {root, jobs, waitMs, owner} = options;
  const args = [
    'sync',
    `--all=${root}`,
    `--jobs=${jobs}`,
    `--wait=${waitMs / 1000}`,
    ...(owner === undefined ? [] : [`--owner=${owner}`]),
    ...(json ? ['--json'] : []),
    ...(quiet ? ['--quiet'] : []),
    ...(verbose ? ['--verbose'] : []),
    ...[...flags].flatMap(([key, values]) => values.map((value) => `--${flagOf(key)}=${value}`)),
  ];
  const child = spawn(process.execPath, [PROGRAM, ...args], {env, stdio: ['ignore', 'pipe', 'pipe']});
  child.stdout.pipe(stdout, {end: false});
  child.stderr.pipe(stderr, {end: false});
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  // As a shell says it.
  return exitCode ?? 128 + constants.signals[signal!];
}
