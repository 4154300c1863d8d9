import {spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';

/**
 * A process that delivers what waits has been started, and nobody waits for it: in a session of its own, with its
 * output in the log. Where it cannot be started the events stay, and the next sync tries again.
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

/** Undefined where this user may not write it: no log is better than no delivery. */
function openLog(file: string): number | undefined {
  try {
    return openSync(file, 'a');
  } catch {
    return undefined;
  }
}
