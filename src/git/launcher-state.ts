import {execFile} from 'node:child_process';
import {statSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {readAccount} from '../util/accounts.ts';
import type {GitRepository} from './repository.ts';

/** Node starts within a second, if at all; a file system that is gone never answers. */
const ANSWER_MAX_MS = 30_000;

/** The answer of `ctr/run` about itself. */
export type LauncherState =
  | {readonly version: string}
  | {readonly problem: string}
  /** The reason why it was not started. */
  | {readonly untried: string};

/**
 * Starts `ctr/run --version` as the hook starts the worker: in the repository, without input, with the variables that the
 * launcher keeps. It finds out if Node or ctr has moved since the installation. A launcher of another user (except root)
 * is not started: a user who only looks at a repository must not run its owner's programs.
 */
export async function readLauncherState({gitDir}: Pick<GitRepository, 'gitDir'>): Promise<LauncherState> {
  const launcher = join(gitDir, 'ctr', 'run');
  const owner = statSync(launcher, {throwIfNoEntry: false})?.uid ?? 0;
  if (owner !== 0 && owner !== process.geteuid?.())
    return {
      untried: `${launcher} belongs to ${readAccount(owner).name}, so it was not started to see whether it works`,
    };
  const options = {cwd: gitDir, timeout: ANSWER_MAX_MS, killSignal: 'SIGKILL'} as const;
  try {
    const {stdout} = await promisify(execFile)(launcher, ['--version'], options);
    if (stdout.trim() !== '') return {version: stdout.trim()};
    return {problem: `${launcher} does not start ctr: it says nothing`};
  } catch (error) {
    const {stderr = '', code, signal} = error as {stderr?: string; code?: string | number; signal?: string};
    const how = signal ?? (typeof code === 'number' ? `exit code ${code}` : String(code));
    return {problem: `${launcher} does not start: ${failureWords(stderr) ?? how}`};
  }
}

/** The line with the reason, from a shell or from Node. */
function failureWords(stderr: string): string | undefined {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^\w*Error: |^ctr: |^node: /.test(line)) ?? lines[0];
}
