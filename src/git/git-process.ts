import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Readable, Writable} from 'node:stream';
import {CtrError} from '../util/ctr-error.ts';
import {keepTail} from '../util/keep-tail.ts';

/** Length of the end of stderr that is kept; the reason of a failure is there. */
const STDERR_KEPT_CHARS = 64 * 1024;

const OUTPUT_MAX_BYTES = 64 * 1024 * 1024;

export interface GitOptions {
  /** Working directory of git; default `/`, because the current one may be gone or contain a stray repository. */
  readonly cwd?: string | undefined;
  /** Default: `plumbingEnvironment()`. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Length of the end of stderr that is kept; default 64 K. */
  readonly stderrKeptChars?: number | undefined;
}

/** A running git. Disposal kills it if it still runs, and resolves when it has ended. */
export interface GitProcess extends AsyncDisposable {
  /** Never emits an unhandled error: if git dies, later writes are dropped, and `finish` throws the reason. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The last lines on stderr so far. */
  stderrTail(): string;
  /**
   * Resolves when git has ended with exit code 0; stdout must be read to its end, or this waits forever.
   * @throws CtrError REPOSITORY with git's own last line, GIT_MISSING when there is no git.
   */
  finish(): Promise<void>;
  /** Resolves when git has ended in any way. */
  readonly ended: Promise<GitEnd>;
}

/** How git ended: by an exit code, by a signal, or never started. */
export interface GitEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly startError?: Error | undefined;
}

/** `env` without the variables that select another repository, configuration or object store. */
export function withoutGitVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')));
}

/**
 * The environment in which git's output depends on the repository alone.
 *
 * This is enough also for a repository of another user: git requires `safe.directory` only when it discovers a
 * repository, and we always pass `--git-dir`. Source: Git, setup.c, ensure_valid_ownership.
 */
export function plumbingEnvironment(): NodeJS.ProcessEnv {
  return {
    ...withoutGitVariables(process.env),
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_NO_REPLACE_OBJECTS: '1',
    // Grafts would show parents that the commit's hash does not cover. The shallow file is not one of them.
    // (A missing file: for an empty one, git would warn on stderr that grafts are deprecated.)
    GIT_GRAFT_FILE: '/dev/null/none',
    // A partial clone is read without fetching. Older gits ignore the first of these two variables.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
}

/** The environment in which the user's and the system's configuration apply: for the user's own choices. */
export function userEnvironment(): NodeJS.ProcessEnv {
  const {GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM, GIT_CONFIG_NOSYSTEM} = process.env;
  return {
    ...withoutGitVariables(process.env),
    LC_ALL: 'C',
    ...(GIT_CONFIG_GLOBAL !== undefined && {GIT_CONFIG_GLOBAL}),
    ...(GIT_CONFIG_SYSTEM !== undefined && {GIT_CONFIG_SYSTEM}),
    ...(GIT_CONFIG_NOSYSTEM !== undefined && {GIT_CONFIG_NOSYSTEM}),
  };
}

/** Starts git on one repository, without a shell and without discovery. `args` are ours, never a pushed name. */
export function spawnGit(gitDir: string, args: readonly string[], options: GitOptions = {}): GitProcess {
  const child = spawn('git', [`--git-dir=${gitDir}`, ...args], {
    cwd: options.cwd ?? '/',
    env: options.env ?? plumbingEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const ended = readEnd(child);
  const stderrTail = keepTail([child.stderr], options.stderrKeptChars ?? STDERR_KEPT_CHARS);
  // EPIPE: git ended before it read everything. Its exit code says whether that is a failure.
  child.stdin.on('error', () => {});
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderrTail,
    ended,
    async finish() {
      const end = await ended;
      if (end.exitCode !== 0) throw gitFailure({args, end, stderr: stderrTail()});
    },
    async [Symbol.asyncDispose]() {
      // Plumbing that only reads leaves nothing behind when it is killed.
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      child.stdin.destroy();
      child.stdout.destroy();
      await ended;
    },
  };
}

/**
 * Runs git and returns its stdout, for small outputs.
 * @throws CtrError REPOSITORY with git's own last line, or if it writes more than `outputMaxBytes`.
 */
export async function runGit(
  gitDir: string,
  args: readonly string[],
  options: GitOptions & {readonly input?: string | Buffer; readonly outputMaxBytes?: number} = {},
): Promise<Buffer> {
  const outputMaxBytes = options.outputMaxBytes ?? OUTPUT_MAX_BYTES;
  await using git = spawnGit(gitDir, args, options);
  git.stdin.end(options.input);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of git.stdout as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > outputMaxBytes) {
      throw new CtrError('REPOSITORY', `git ${verbOf(args)} wrote more than ${outputMaxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  await git.finish();
  return Buffer.concat(chunks, sizeBytes);
}

/**
 * Writes all of `parts` to git and ends its stdin; returns early if git has ended.
 * Rejects only when `parts` does.
 */
export async function feed(stdin: Writable, parts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  for await (const part of parts) {
    if (stdin.destroyed) return;
    if (!stdin.write(part, 'latin1')) await drained(stdin);
  }
  stdin.end();
}

/** Joins short lines into parts of some 16 KB, to save writes. */
export function* joinLines(lines: Iterable<string>): Generator<string> {
  let part = '';
  for (const line of lines) {
    part += `${line}\n`;
    if (part.length < 16 * 1024) continue;
    yield part;
    part = '';
  }
  if (part !== '') yield part;
}

/** The failure that git ended with, in git's own words. */
export function gitFailure(run: {
  readonly args: readonly string[];
  readonly end: GitEnd;
  readonly stderr: string;
}): CtrError {
  const {args, end, stderr} = run;
  if (end.startError !== undefined) return startFailure(end.startError);
  const reason = lastWords(stderr) ?? (end.signal === null ? `exit code ${end.exitCode}` : end.signal);
  return new CtrError('REPOSITORY', `git ${verbOf(args)} failed: ${reason}`, {
    data: {exitCode: end.exitCode, signal: end.signal, stderr},
  });
}

/** The one or two lines with the reason of git's failure, joined, without `fatal:`; undefined if stderr is empty. */
export function lastWords(stderr: string): string | undefined {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const verdicts = lines.filter((line) => /^(fatal|error|BUG): /.test(line)).slice(-2);
  if (verdicts.length === 0) return lines.at(-1);
  return verdicts.map((line) => line.replace(/^(fatal|error): /, '')).join('; ');
}

/** Git could not be started. */
export function startFailure(cause: Error): CtrError {
  if ('code' in cause && cause.code === 'ENOENT') {
    return new CtrError('GIT_MISSING', 'there is no git on this machine', {
      hint: 'Install Git 2.39 or newer, or put it on the PATH.',
      cause,
    });
  }
  return new CtrError('GIT_MISSING', `cannot start git: ${cause.message}`, {cause});
}

function verbOf(args: readonly string[]): string {
  return args.find((arg) => /^[a-z]/.test(arg)) ?? '';
}

/** How the child ends. */
export function readEnd(child: ChildProcessWithoutNullStreams): Promise<GitEnd> {
  return new Promise((resolve) => {
    child.once('error', (startError) => resolve({exitCode: null, signal: null, startError}));
    // Not `exit`: all of stderr must have arrived.
    child.once('close', (exitCode, signal) => resolve({exitCode, signal}));
  });
}

async function drained(stdin: Writable): Promise<void> {
  const stop = new AbortController();
  try {
    // A pipe without a reader never drains; it closes.
    await Promise.race([
      once(stdin, 'drain', {signal: stop.signal}),
      once(stdin, 'close', {signal: stop.signal}),
    ]);
  } catch {
    // `once` also rejects on an error of the stream: there is no reader any more.
  } finally {
    stop.abort();
  }
}
