import {measureSync} from './install.ts';
import type {Installed} from './installed.ts';
import {progress} from './progress.ts';
import type {World} from './world.ts';

export interface BranchReport {
  /** The whole `ctr sync` process. */
  readonly seconds: number;
  /** The sync itself, without the start of Node. */
  readonly syncMs: number;
  readonly entriesWritten: number;
  readonly commitsWritten: number;
  readonly refsWritten: number;
}

/** Creates a branch where HEAD's is, and brings the index to that. */
export async function benchBranch(world: World, {gitDir, ref}: Installed): Promise<BranchReport> {
  progress('creating a branch');
  // Indexes the remains of other measurements first.
  await measureSync(world, gitDir);
  await world.git('--git-dir', gitDir, 'update-ref', 'refs/heads/bench-branch', ref);
  const {seconds, summary} = await measureSync(world, gitDir);
  const {elapsedMs, entriesWritten, commitsWritten, refsWritten} = summary;
  return {seconds, syncMs: elapsedMs, entriesWritten, commitsWritten, refsWritten};
}
