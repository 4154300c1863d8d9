import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {resolve} from 'node:path';
import type {Readable, Writable} from 'node:stream';
import type {RefEvent} from '../domain/ref-event.ts';
import {keepTail} from '../util/keep-tail.ts';
import type {CallEnd} from './handler.ts';

/** The end of a script's output is kept, since it has the reason of a failure. */
const OUTPUT_KEPT_CHARS = 4000;
/** Limits the wait for the end of the output: a background child of a script may keep it open. */
const OUTPUT_WAIT_MS = 1000;

type ScriptProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Runs the command with the event on its stdin, in the repository. Pushed text (names, paths) is in the event and in
 * the environment, never in the command line. After `timeoutMs` the script and all its children are killed.
 */
export async function callScript(
  command: string,
  event: RefEvent,
  {gitDir, env, timeoutMs}: {gitDir: string; env: NodeJS.ProcessEnv; timeoutMs: number},
): Promise<CallEnd> {
  const [program, ...args] = planCommand(command, gitDir);
  const child = spawn(program, args, {
    cwd: gitDir,
    env: scriptEnvironment(env, event),
    // A group of its own, so that it can be killed with its children.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // A script need not read its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(event));
  const readOutput = keepTail([child.stdout, child.stderr], OUTPUT_KEPT_CHARS);
  const error = await waitForEnd(child, timeoutMs);
  const output = readOutput();
  return {error: error && explain(error, output), output};
}

/** Adds a hint if the script has TypeScript syntax that Node cannot strip, although its author's compiler accepts it. */
function explain(error: string, output: string): string {
  const what = /\[ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX\]: (TypeScript [\w ]{1,60}) is not supported/.exec(
    output,
  )?.[1];
  return what === undefined
    ? error
    : `${error}: ${what} is more than types, which is all that Node strips; docs/events.md says what to do`;
}

/** A file of JavaScript or TypeScript is run by this Node; everything else is a command line, as in Git's config. */
function planCommand(command: string, gitDir: string): [program: string, ...args: string[]] {
  const file = resolve(gitDir, command);
  if (/\.[cm]?[jt]s$/.test(command) && existsSync(file)) return [process.execPath, file];
  return ['/bin/sh', '-c', command];
}

/** Git's variables may name another repository, or belong to a finished push. */
function scriptEnvironment(env: NodeJS.ProcessEnv, event: RefEvent): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    CTR_REF: event.ref,
    CTR_OLD: event.old ?? '',
    CTR_NEW: event.new ?? '',
  };
}

/** The failure; undefined if the script succeeded. */
function waitForEnd(child: ScriptProcess, timeoutMs: number): Promise<string | undefined> {
  return new Promise((done) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child);
    }, timeoutMs);
    child.once('error', ({message}) => {
      clearTimeout(timer);
      done(`it could not be started: ${message}`);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      const error = isLate ? `not done within ${timeoutMs / 1000} s` : endOf(code, signal);
      const letGo = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, OUTPUT_WAIT_MS);
      child.once('close', () => {
        clearTimeout(letGo);
        done(error);
      });
    });
  });
}

function endOf(code: number | null, signal: NodeJS.Signals | null): string | undefined {
  if (code === 0) return undefined;
  return code === null ? `ended by ${signal}` : `exit code ${code}`;
}

function killGroup({pid}: ScriptProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
