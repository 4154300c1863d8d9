import {spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';

/**
 * Starts a detached process that delivers the waiting events, in its own session, with its output in the log. If it
 * cannot be started, the events stay, and the next sync tries again.
 */
export function startDeliverer(
  command: readonly [program: string, ...args: string[]],
  {env, cwd, logFile}: {env: NodeJS.ProcessEnv; cwd: string; logFile: string},
): void {
  const log = openLog(logFile);
  const [program, ...args] = command;
  const output = log ?? 'ignore';
  const child = spawn(program, args, {cwd, env, detached: true, stdio: ['ignore', output, output]});
  child.on('error', () => undefined);
  child.unref();
  if (log !== undefined) closeSync(log);
}

/** Undefined if this user may not write it: delivery without a log is better than none. */
function openLog(file: string): number | undefined {
  try {
    return openSync(file, 'a');
  } catch {
    return undefined;
  }
}
