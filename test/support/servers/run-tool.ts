import {spawn} from 'node:child_process';
import {TextTail} from './text-tail.ts';

/** The stdout of a finished program. */
export interface ToolResult {
  stdout: string;
}

/**
 * The program ended with exit code 0. It is ended where this process exits first.
 * @throws Error with the end of what it printed, where it failed or does not exist.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: {cwd?: string; env?: NodeJS.ProcessEnv} = {},
): Promise<ToolResult> {
  const child = spawn(command, args, {...options, stdio: ['ignore', 'pipe', 'pipe']});
  const end = () => child.kill();
  process.once('exit', end);
  const tail = new TextTail();
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    tail.push(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => tail.push(text));
  const {promise, resolve, reject} = Promise.withResolvers<ToolResult>();
  child.on('error', (cause) => reject(new Error(`cannot run ${command}: ${cause.message}`, {cause})));
  child.on('close', (code, signal) => {
    if (code === 0) resolve({stdout});
    else reject(new Error(`${command} failed (${signal ?? `exit code ${code}`}):\n${tail.lines()}`));
  });
  try {
    return await promise;
  } finally {
    process.off('exit', end);
  }
}
