import {execFile} from 'node:child_process';
import {promisify} from 'node:util';

const run = promisify(execFile);

export interface GitRun {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string | undefined;
  readonly input?: string | Buffer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Git's stdout, without the last newline. Rejects with its stderr if it fails. */
export async function runGit(args: readonly string[], {env, cwd, input, signal}: GitRun): Promise<string> {
  const running = run('git', [...args], {env, cwd, signal, maxBuffer: 2 ** 30});
  // EPIPE: git has no use for it, or has failed, which its exit code says.
  running.child.stdin?.on('error', () => {}).end(input);
  const {stdout} = await running;
  return stdout.replace(/\n$/, '');
}
