import {join} from 'node:path';
import {runGit} from './run-git.ts';
import type {World} from './world.ts';

/** A commit that changes one file, and the word that no other commit has. */
export interface ProbeCommit {
  readonly oid: string;
  readonly word: string;
}

export interface PushTarget {
  readonly gitDir: string;
  /** Full name of the branch. */
  readonly ref: string;
  /** For the hook, and for the worker that it starts. */
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** Makes commits in a clone of their own, each on top of the one before, and pushes them elsewhere. */
export interface CommitChain {
  next(): Promise<ProbeCommit>;
  /** Pushes to a branch there; the milliseconds that `git push` took. */
  push(commit: ProbeCommit, target: PushTarget): Promise<number>;
}

/** A chain on top of the branch `ref`, whose commits change a text file of it. Without a work tree: none is needed. */
export async function openCommitChain(world: World, ref: string): Promise<CommitChain> {
  const gitDir = await world.mirror();
  const run = {
    env: {...world.env, GIT_INDEX_FILE: join(gitDir, 'bench-index'), GIT_DIR: gitDir},
    signal: world.signal,
  };
  const git = (args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}) =>
    runGit(args, {...run, input, env: {...run.env, ...env}});
  await git(['read-tree', ref]);
  const path = (await findText(git)) ?? 'bench.md';
  const before = path === 'bench.md' ? '' : await git(['show', `:${path}`]);
  let tip = await git(['rev-parse', ref]);
  let count = 0;
  return {
    async next() {
      const word = wordOf(++count);
      const blob = await git(['hash-object', '-w', '--stdin'], `${before}\n\n${word}\n`);
      await git(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`]);
      tip = await git(['commit-tree', await git(['write-tree']), '-p', tip, '-m', `probe ${count}`]);
      return {oid: tip, word};
    },
    async push({oid}, target) {
      const startedMs = performance.now();
      await git(['push', '--quiet', target.gitDir, `${oid}:${target.ref}`], '', target.env);
      return performance.now() - startedMs;
    },
  };
}

/** The first Markdown file, as most people would call it a typical change. */
async function findText(git: (args: readonly string[]) => Promise<string>): Promise<string | undefined> {
  const paths = await git(['ls-files', '-z', '*.md']);
  return paths === '' ? undefined : paths.split('\0')[0];
}

/** Letters only, so that every analyzer takes it for one word. */
function wordOf(count: number): string {
  return `zqxbench${String(count).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}qz`;
}
