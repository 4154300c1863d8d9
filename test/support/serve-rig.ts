import assert from 'node:assert/strict';
import {type ChildProcessByStdio, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {fileURLToPath} from 'node:url';
import {CtrRig, until} from './ctr-rig.ts';

const CTR = fileURLToPath(new URL('../../bin/ctr.js', import.meta.url));

/** How a client ended. */
export interface ClientRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `ctr serve` in a process of its own. Disposing of it ends it politely, and fails when it does not end well. */
export class ServeRig implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #log: Promise<string>;
  readonly #closed: Promise<unknown>;
  /** With a slash at the end. */
  readonly url: string;

  private constructor(
    child: ChildProcessByStdio<null, Readable, Readable>,
    log: Promise<string>,
    url: string,
  ) {
    this.#child = child;
    this.#log = log;
    this.#closed = once(child, 'close');
    this.url = url;
  }

  /** Resolves when it listens. */
  static async start(
    args: readonly string[],
    {env, cwd}: {env: NodeJS.ProcessEnv; cwd: string},
  ): Promise<ServeRig> {
    const child = spawn(process.execPath, [CTR, 'serve', '--listen', '127.0.0.1:0', ...args], {
      env,
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = text(child.stderr);
    // Its only line, in one write.
    const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'close')])) as [unknown];
    assert.ok(Buffer.isBuffer(line), `no address; exit code ${child.exitCode}`);
    return new ServeRig(child, log, line.toString().trim());
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Sends a signal; the exit code and the log when the server has ended. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the log's lines when the server has ended with exit code 0. */
  async ended(): Promise<Record<string, unknown>[]> {
    await this.#closed;
    const log = await this.#log;
    assert.deepEqual([this.#child.exitCode, this.#child.signalCode], [0, null], log);
    return log
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
  }

  /** How many descriptors the server has. */
  countDescriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** The most memory that the server ever had, in bytes. */
  readPeakMemory(): number {
    const kilobytes = /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes) * 1024;
  }

  /** The processes that the server has started for one request and that have not ended. */
  listChildren(): number[] {
    return childrenOf(this.pid).filter((pid) => !isReadProcess(pid));
  }

  /** The processes that answer reads. */
  listReadProcesses(): number[] {
    return childrenOf(this.pid).filter(isReadProcess);
  }

  /** Resolves when no process of the server's runs, and no descriptor is open that was not at `descriptors`. */
  async assertTidy(descriptors: number): Promise<void> {
    await until(() => this.listChildren().length === 0, 'the children to end');
    await until(() => this.countDescriptors() <= descriptors, `descriptors to close (${descriptors} before)`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended();
  }
}

/** An embedded repository of one commit in which ctr is installed, its hook off. */
export async function openServedRig(): Promise<CtrRig> {
  const rig = new CtrRig('embedded');
  rig.commit('one', {'a.txt': 'one\n'});
  rig.push('main');
  await rig.installWithoutHook();
  return rig;
}

/** A server of that repository alone. */
export function serveRepository({gitDir, env, root}: CtrRig, ...args: string[]): Promise<ServeRig> {
  return ServeRig.start([gitDir, ...args], {env, cwd: root});
}

/** The processes that work in the directory, as hooks do in their repository. */
export function listProcessesIn(directory: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === directory;
      } catch {
        return false;
      }
    });
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function isReadProcess(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('/read-process-main.');
  } catch {
    return false;
  }
}

function parentOf(pid: number): number | undefined {
  try {
    // The name of the program stands in parentheses and may hold anything.
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    );
  } catch {
    return undefined;
  }
}
