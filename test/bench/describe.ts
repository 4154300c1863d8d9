import {cpus, loadavg, totalmem} from 'node:os';
import {formatBytes, formatCount} from '../../src/util/format.ts';
import type {BenchOptions} from './options.ts';
import {formatNumber} from './print-table.ts';
import {runGit} from './run-git.ts';
import type {World} from './world.ts';

/** The machine of the measurements. */
export async function describeMachine(): Promise<string> {
  const git = await runGit(['--version'], {env: process.env});
  const cores = cpus();
  return `${cores.length} x ${cores[0]?.model.trim() || process.arch}, ${formatBytes(totalmem())} of memory, ${process.platform}, node ${process.versions.node}, ${git}`;
}

/** The measured repository. */
export async function describeSource(world: World, {repository, shape}: BenchOptions): Promise<string> {
  const git = (...args: string[]) => world.git('--git-dir', world.source, ...args);
  const commits = Number(await git('rev-list', '--all', '--count'));
  const refs = (await git('for-each-ref', '--format=x')).split('\n').length;
  const files = (await git('ls-tree', '-r', '--name-only', 'HEAD')).split('\n').length;
  const name = repository ?? `generated (seed ${shape.seed})`;
  return `${name}: ${formatCount(commits)} commits, ${formatCount(refs)} refs, ${formatCount(files)} files in HEAD`;
}

/** The load averages of 1, 5 and 15 minutes: what else this machine did. */
export function loadNow(): string {
  return loadavg().map(formatNumber).join(' ');
}
