import type {IncomingMessage} from 'node:http';
import {ReadProcess, type StartSettings} from './read-process.ts';
import {ReadError, type ReadProcesses, type ReadRequest} from './reads.ts';

/** Time until an idle process ends; the last one stays. */
const IDLE_MAX_MS = 60_000;
/** Reads that wait for their turn. */
const WAITING_MAX = 512;
/** How long each may. */
const WAITING_MAX_MS = 30_000;
/** Reads that one process works on at once. */
const AT_ONCE_MAX = 8;
/** A read that has waited for so long for its turn is worth another process, which takes longer to start. */
const PATIENCE_MS = 100;
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

interface Waiter {
  readonly take: (process: ReadProcess) => void;
}

/**
 * The processes that answer reads: one from the start, more while reads wait, none that is idle for a minute but the
 * one. Disposing of the pool ends them.
 *
 * Reads wait here, not in a process: that may be in the middle of a long query, and hears nothing. A process is given
 * a read when it has none, or when it has just answered a question: then it only waits itself, for OpenSearch say.
 */
export class ReadPool implements ReadProcesses, AsyncDisposable {
  readonly #options: ReadPoolOptions;
  readonly #processes = new Set<ReadProcess>();
  /** Processes that were sent a ping. */
  readonly #asked = new Set<ReadProcess>();
  /** First come, first served. */
  readonly #waiters = new Set<Waiter>();
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
      const process = await this.#take(request.signal);
      try {
        return await process.answer(request, this.#options.readMaxMs);
      } catch (error) {
        const isOver = !(error instanceof ReadError) || error.kind !== 'broken';
        if (isOver || !canRepeat || attempt === ATTEMPTS_MAX) throw error;
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#processes].map((process) => process.end()));
  }

  /** A process that can begin with a read at once. @throws ReadError */
  async #take(signal: AbortSignal): Promise<ReadProcess> {
    const idle = [...this.#processes].find((process) => process.isListening && isIdle(process));
    if (idle) return idle;
    if (this.#waiters.size >= WAITING_MAX) throw new ReadError('busy');
    const {promise, resolve, reject} = Promise.withResolvers<ReadProcess>();
    const waiter: Waiter = {take: resolve};
    this.#waiters.add(waiter);
    const leave = () => reject(new ReadError('left'));
    signal.addEventListener('abort', leave);
    if (signal.aborted) leave();
    if (this.#processes.size === 0) this.#start();
    const patience = setInterval(() => this.#start(), PATIENCE_MS);
    const deadline = setTimeout(() => reject(new ReadError('busy')), WAITING_MAX_MS);
    this.#askBusy();
    try {
      return await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener('abort', leave);
      clearInterval(patience);
      clearTimeout(deadline);
    }
  }

  /** The first that waits is given the process; it then asks whether there is room for one more. */
  #offer(process: ReadProcess): void {
    const [waiter] = this.#waiters;
    if (!waiter || !process.isListening) return;
    this.#waiters.delete(waiter);
    waiter.take(process);
    this.#askBusy();
  }

  #askBusy(): void {
    if (this.#waiters.size === 0) return;
    for (const process of this.#processes) {
      if (!process.isListening || process.workCount >= AT_ONCE_MAX || this.#asked.has(process)) continue;
      this.#asked.add(process);
      void process.askRunning().then(() => {
        this.#asked.delete(process);
        this.#offer(process);
      });
    }
  }

  #start(): void {
    const isEnough = this.#processes.size >= this.#options.processesMax;
    if (this.#isClosed || isEnough || [...this.#processes].some(({isStarting}) => isStarting)) return;
    let idle: NodeJS.Timeout | undefined;
    const process = new ReadProcess(this.#options.start, {
      onFree: () => {
        clearTimeout(idle);
        idle = setTimeout(() => this.#endIdle(process), IDLE_MAX_MS);
        idle.unref();
        this.#offer(process);
      },
      onEnd: () => {
        clearTimeout(idle);
        this.#processes.delete(process);
        this.#asked.delete(process);
        if (this.#isClosed) return;
        this.#options.onEnd(process);
        if (this.#waiters.size > 0) this.#start();
      },
    });
    this.#processes.add(process);
  }

  #endIdle(process: ReadProcess): void {
    if (isIdle(process) && this.#processes.size > 1) void process.end();
  }
}

/** A process with an open request may be in a query, also where that one waits for a commit: it is asked first. */
function isIdle({workCount, openCount}: ReadProcess): boolean {
  return workCount === 0 && openCount === 0;
}
