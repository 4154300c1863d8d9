import type {IncomingMessage} from 'node:http';
import {ReadError, type ReadProcesses, type ReadRequest} from '../../../web/reads/read-processes.ts';
import {ReadProcess, type StartSettings} from './read-process.ts';

/** How long a process stays that nobody needs; one stays for good. */
const IDLE_MAX_MS = 60_000;
/** Reads that wait for their answers, in all processes. */
const WAITING_MAX = 512;
/** A read whose process ended because of another one is asked again; one that ends each process is not. */
const ATTEMPTS_MAX = 2;

export interface ReadPoolOptions {
  readonly start: StartSettings;
  readonly processesMax: number;
  /** How long a read may work. */
  readonly readMaxMs: number;
  /** A process was ended, or died. */
  readonly onEnd: (process: {readonly pid: number | undefined}) => void;
}

/**
 * The processes that answer reads: one from the start, more while all are at work, none that is idle for a minute
 * but the one. Disposing of the pool ends them.
 */
export class ReadPool implements ReadProcesses, AsyncDisposable {
  readonly #options: ReadPoolOptions;
  readonly #processes = new Set<ReadProcess>();
  readonly #ending = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: ReadPoolOptions) {
    this.#options = options;
    this.#start();
  }

  get size(): number {
    return this.#processes.size;
  }

  async answer(request: ReadRequest): Promise<IncomingMessage> {
    const canRepeat = request.body === undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#choose().answer(request, this.#options.readMaxMs);
      } catch (error) {
        const isOver = !(error instanceof ReadError) || error.kind !== 'broken';
        if (isOver || !canRepeat || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#processes].map((process) => process.end()));
    await Promise.all(this.#ending);
  }

  /** The process where fewest wait; a new one where they wait everywhere and more may be started. */
  #choose(): ReadProcess {
    const ranked = [...this.#processes]
      .filter((process) => !process.hasEnded)
      .map((process) => ({process, ...process.load}))
      .sort((a, b) => Number(a.isStalled) - Number(b.isStalled) || a.waiting - b.waiting);
    if (ranked.reduce((sum, {waiting}) => sum + waiting, 0) >= WAITING_MAX) throw new ReadError('busy');
    const [first] = ranked;
    if (first && (first.waiting === 0 || ranked.length >= this.#options.processesMax)) return first.process;
    return this.#start();
  }

  #start(): ReadProcess {
    if (this.#isClosed) throw new ReadError('broken');
    const process = new ReadProcess(this.#options.start);
    this.#processes.add(process);
    let idle: NodeJS.Timeout | undefined;
    process.onIdle = () => {
      clearTimeout(idle);
      idle = setTimeout(() => this.#endIdle(process), IDLE_MAX_MS);
      idle.unref();
    };
    const ended = process.ended.then(() => {
      clearTimeout(idle);
      this.#processes.delete(process);
      this.#ending.delete(ended);
      if (!this.#isClosed) this.#options.onEnd(process);
    });
    this.#ending.add(ended);
    return process;
  }

  #endIdle(process: ReadProcess): void {
    if (process.openCount === 0 && this.#processes.size > 1) void process.end();
  }
}
