import {measureSync, readSizes} from './install.ts';
import type {Installed} from './installed.ts';
import {progress} from './progress.ts';
import {runGit} from './run-git.ts';
import {median} from './statistics.ts';
import type {World} from './world.ts';

const LINES = 20_000;
const CHANGES = 20;

export interface LineReport {
  readonly fileBytes: number;
  /** The sync of a commit that changes one line, without the start of Node. Median. */
  readonly syncMs: number;
  /** By how much the index grows with each such commit, on average. */
  readonly indexBytes: number;
}

/** Changes one line of a large file, again and again, on a branch of its own. */
export async function benchLine(world: World, {gitDir}: Installed): Promise<LineReport> {
  progress('changing one line of a large file');
  const lines = Array.from({length: LINES}, (_, i) => `line ${i} with some words, and a number: ${i * 7919}`);
  const git = (input: string, ...args: string[]) =>
    runGit(['--git-dir', gitDir, ...args], {env: world.env, signal: world.signal, input});
  let parent: readonly string[] = [];
  const commit = async () => {
    const blob = await git(lines.join('\n'), 'hash-object', '-w', '--stdin');
    const tree = await git(`100644 blob ${blob}\tlarge.txt\n`, 'mktree');
    const oid = await git('', 'commit-tree', '-m', 'a line', ...parent.flatMap((one) => ['-p', one]), tree);
    await git('', 'update-ref', 'refs/heads/bench-line', oid);
    parent = [oid];
    return measureSync(world, gitDir);
  };
  await commit();
  const {indexBytes: before} = await readSizes(world, gitDir);
  const times: number[] = [];
  for (let change = 0; change < CHANGES; change++) {
    lines[(change * 7919) % LINES] = `another line ${change}`;
    times.push((await commit()).summary.elapsedMs);
  }
  const {indexBytes: after} = await readSizes(world, gitDir);
  return {
    fileBytes: lines.join('\n').length,
    syncMs: median(times),
    indexBytes: (after - before) / CHANGES,
  };
}
