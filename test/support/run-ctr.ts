import assert from 'node:assert/strict';
import {PassThrough} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import {main} from '../../src/cli/main.ts';

export interface CtrRun {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CtrWorld {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly isTerminal?: boolean;
  readonly now?: () => Date;
}

/** Runs a command in this process, as `bin/ctr.js` does in its own. */
export async function runCtr(
  args: readonly string[],
  {env = {}, cwd = '/', isTerminal = false, now = () => new Date()}: CtrWorld = {},
): Promise<CtrRun> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const said = Promise.all([buffer(stdout), buffer(stderr)]);
  const code = await main(args, {
    env,
    cwd,
    stdout,
    stderr,
    isTerminal: {stdout: isTerminal, stderr: isTerminal},
    now,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return {code, stdout: out, stderr: err.toString()};
}

/** The JSON that a command which succeeds writes. */
export async function ctrJson<T>(args: readonly string[], world: CtrWorld = {}): Promise<T> {
  const {code, stdout, stderr} = await runCtr([...args, '--json'], world);
  assert.equal(code, 0, `ctr ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout.toString()) as T;
}
