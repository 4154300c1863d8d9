import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {errorText} from './error-text.ts';
import {TextTail} from './text-tail.ts';

/** How long a server may take to end after SIGTERM before it is killed. */
const STOP_MAX_MS = 10_000;

/**
 * Becomes the server (exec, so its pid is the child's pid) and leaves a watcher behind that reads stdin.
 * A line there means "it was stopped"; the end of it without a line means that our process died:
 * then the watcher kills the server and removes its data, $1.
 */
const GUARD = `
dir=$1; shift
exec 3<&0
(
  if read -r _ <&3; then exit; fi
  kill -KILL $$
  tries=0
  while kill -0 $$ && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  rm -rf -- "$dir"
) >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null
`;

/** Makes the command line of a server from the fresh folder that is its own. */
export type CommandLine = (dir: string) => {command: string; args: string[]; env?: NodeJS.ProcessEnv};

/** A server did not start or did not live; the message ends with the end of its log. */
class ServerFailure extends Error {}

/**
 * A server that runs as a child of this process, in a fresh folder below the system's temporary one.
 *
 * States: running -> stopping -> ended, or running -> ended where it dies by itself (announced on stderr).
 * It never outlives this process, not even after a SIGKILL, and its folder goes with it.
 */
export class ServerProcess {
  readonly name: string;
  readonly pid: number;
  private readonly child: ChildProcess;
  private readonly dir: string;
  private readonly log = new TextTail();
  private readonly ended: Promise<void>;
  private readonly lineListeners = new Set<(line: string) => void>();
  private state: 'running' | 'stopping' | 'ended' = 'running';

  /** The process exists; whether it serves anything is for the caller to await. */
  static async start(name: string, commandLine: CommandLine): Promise<ServerProcess> {
    const dir = await mkdtemp(join(tmpdir(), `ctr-${name.toLowerCase()}-`));
    const {command, args, env} = commandLine(dir);
    // Detached: Ctrl-C must reach the tests first, and the server only through stop().
    const child = spawn('sh', ['-c', GUARD, `guard-${name}`, dir, command, ...args], {
      cwd: dir,
      env: env ?? process.env,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    return new ServerProcess({name, child, dir});
  }

  private constructor({name, child, dir}: {name: string; child: ChildProcess; dir: string}) {
    assert(child.pid !== undefined, `sh could not be started for ${name}`);
    this.name = name;
    this.pid = child.pid;
    this.child = child;
    this.dir = dir;
    this.readOutput();
    const {promise, resolve} = Promise.withResolvers<void>();
    this.ended = promise;
    child.once('exit', (code, signal) => {
      if (this.state === 'running') this.announceDeath(signal ?? `exit code ${code}`);
      this.state = 'ended';
      this.dismissGuard();
      resolve();
    });
  }

  /** The first match of `pattern` in a line of stdout. @throws where the server ends or `timeoutMs` pass before. */
  async lineMatching(pattern: RegExp, {timeoutMs}: {timeoutMs: number}): Promise<RegExpExecArray> {
    const {promise, resolve} = Promise.withResolvers<RegExpExecArray>();
    const listener = (line: string) => {
      const match = pattern.exec(line);
      if (match !== null) resolve(match);
    };
    this.lineListeners.add(listener);
    try {
      return await this.whileRunning(promise, {timeoutMs});
    } finally {
      this.lineListeners.delete(listener);
    }
  }

  /** Awaits `wanted`. @throws with the end of the log if the server ends or `timeoutMs` pass before. */
  async whileRunning<T>(wanted: Promise<T>, {timeoutMs}: {timeoutMs: number}): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(this.failure(`is not ready after ${timeoutMs} ms`)),
      timeoutMs,
    );
    const died = this.ended.then(() => Promise.reject(this.failure('ended before it was ready')));
    try {
      return await Promise.race([wanted, late.promise, died]);
    } catch (error) {
      if (error instanceof ServerFailure) throw error;
      throw this.failure(`is not ready: ${errorText(error)}`, error);
    } finally {
      clearTimeout(timer);
      // The loser of the race may still reject, without a handler.
      died.catch(() => {});
    }
  }

  /** A failure of this server, with the end of what it printed. */
  private failure(what: string, cause?: unknown): ServerFailure {
    return new ServerFailure(
      `${this.name} (pid ${this.pid}) ${what}; the end of its log:\n${this.log.lines()}`,
      {
        cause,
      },
    );
  }

  /** The process has ended and its folder is gone. May be called again. */
  async stop(): Promise<void> {
    if (this.state === 'running') {
      this.state = 'stopping';
      this.child.kill('SIGTERM');
    }
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MAX_MS);
    await this.ended;
    clearTimeout(killer);
    await rm(this.dir, {recursive: true, force: true, maxRetries: 5});
  }

  private readOutput(): void {
    let unfinished = '';
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.log.push(text);
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop() ?? '';
      for (const line of lines) for (const listener of this.lineListeners) listener(line);
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => this.log.push(text));
  }

  private dismissGuard(): void {
    // The guard may be gone already (EPIPE): that is what is wanted.
    this.child.stdin?.on('error', () => {}).end('stopped\n');
  }

  private announceDeath(how: string): void {
    process.stderr.write(`${this.failure(`ended by itself (${how})`).message}\n`);
  }
}
