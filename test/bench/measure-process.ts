import {spawn} from 'node:child_process';
import {readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join, resolve} from 'node:path';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));
const REPORTER = new URL('report-usage.ts', import.meta.url).href;
const POLL_MS = 20;

export interface MeasuredRun {
  readonly stdout: string;
  readonly stderr: string;
  /** From the start of the process to its end, Node's own start included. */
  readonly seconds: number;
  /** User and system time of the process itself. */
  readonly cpuSeconds: number;
  /** Its ru_maxrss. */
  readonly peakBytes: number;
  /**
   * The greatest sum of the peaks (VmHWM) of the gits that ran at the same time, mapped packs included, looked at
   * every 20 ms. Undefined where there is no /proc.
   */
  readonly gitPeakBytes: number | undefined;
}

interface MeasureOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** For Node itself. */
  readonly nodeArgs?: readonly string[];
}

/** Which ctr is measured: the directory of its checkout; by default this one. */
export type Checkout = string | undefined;

/** Runs `bin/ctr.js` as a process of its own and measures it. Rejects when it fails. */
export async function measureCtr(
  args: readonly string[],
  {checkout, ...options}: MeasureOptions & {checkout?: Checkout},
): Promise<MeasuredRun> {
  return measureProgram([checkout === undefined ? BIN : resolve(checkout, 'bin/ctr.js'), ...args], options);
}

/** Runs a program with Node, as a process of its own, and measures it. Rejects when it fails. */
export async function measureProgram(
  [file, ...args]: readonly [file: string, ...args: string[]],
  {env, signal, nodeArgs = []}: MeasureOptions,
): Promise<MeasuredRun> {
  signal?.throwIfAborted();
  const usageFile = join(env['HOME'] ?? tmpdir(), 'usage.json');
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, `--import=${REPORTER}`, file, ...args], {
    env: {...env, BENCH_USAGE_FILE: usageFile},
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  using gits = watchGits(child.pid);
  // Not by an option of spawn: that would not wait for the end of the process.
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop);
  const ended = new Promise<[number | null, number]>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve([code, performance.now()]));
  });
  const [stdout, stderr, [code, endedMs]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  signal?.removeEventListener('abort', stop);
  signal?.throwIfAborted();
  // 5, of ctr: something of the repository could not be read, and everything else was done.
  if (code !== 0 && code !== 5)
    throw new Error(`${basename(file)} ${args.join(' ')} ended with exit code ${code}:\n${stderr}`);
  const usage = JSON.parse(readFileSync(usageFile, 'utf8')) as {peakBytes: number; cpuSeconds: number};
  rmSync(usageFile);
  return {stdout, stderr, seconds: (endedMs - startedMs) / 1000, gitPeakBytes: gits.peakBytes, ...usage};
}

/** Looks at the gits of a process until it is disposed of. */
function watchGits(pid: number | undefined): Disposable & {readonly peakBytes: number | undefined} {
  let peakBytes: number | undefined;
  const look = () => {
    const sizes = pid === undefined ? [] : descendantsOf(pid).map(peakOfGit);
    const sum = sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
    if (sum > 0) peakBytes = Math.max(peakBytes ?? 0, sum);
  };
  const timer = setInterval(look, POLL_MS);
  return {
    get peakBytes() {
      return peakBytes;
    },
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}

/** Children of every thread, and theirs. Source: proc_pid_task_children(5). */
function descendantsOf(pid: number): number[] {
  const children = threadsOf(pid).flatMap((thread) =>
    readOrEmpty(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    // It has ended, or this is no Linux.
    return [];
  }
}

/** Undefined for what is no git, or has ended. */
function peakOfGit(pid: number): number | undefined {
  const status = readOrEmpty(`/proc/${pid}/status`);
  if (!/^Name:\tgit$/m.test(status)) return undefined;
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
