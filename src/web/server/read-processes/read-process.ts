import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {request as httpRequest, type IncomingMessage} from 'node:http';
import {tmpdir} from 'node:os';
import {extname, join} from 'node:path';
import {type FromReadProcess, ID_HEADER, SOCKET, type Start, type ToReadProcess} from './protocol.ts';
import {ReadError, type ReadRequest} from './reads.ts';

/** TypeScript in `src`, JavaScript in `dist`. */
const MAIN = new URL(`./read-process-main${extname(import.meta.url)}`, import.meta.url);
/** A page that needs more ends its process, not the server. */
const HEAP_MAX_MB = 512;
const START_MAX_MS = 60_000;
/** Time for unwanted work to end, and for the process to answer a ping. */
const GRACE_MS = 500;
const SILENCE_MAX_MS = 500;

export type StartSettings = Omit<Start, 'kind'>;

export interface ReadProcessListeners {
  /** It listens, or has no more work: it can be given a read. */
  readonly onFree: () => void;
  /** It has ended, however it came. */
  readonly onEnd: () => void;
}

/**
 * A process that answers reads, over HTTP on a Unix socket that only this user can reach.
 *
 * It begins to listen, answers any number of requests at once, and ends in one of three ways: by `end`, by its death, or
 * because it continues with unwanted work. SQLite cannot be interrupted from outside, so in the last case a signal kills
 * the process. Its waiting requests then fail as `broken`, and can be repeated in another process.
 */
export class ReadProcess {
  readonly #child: ChildProcess;
  readonly #directory = mkdtempSync(join(tmpdir(), 'ctr-read-'));
  /** Resolves when the process has ended and its folder is gone. */
  readonly ended: Promise<void>;
  readonly #listeners: ReadProcessListeners;
  /** Ids of requests without a head of their answers. */
  readonly #working = new Set<number>();
  readonly #questions = new Map<number, (running: readonly number[]) => void>();
  #open = 0;
  #lastId = 0;
  #state: 'starting' | 'listening' | 'ended' = 'starting';

  constructor(settings: StartSettings, listeners: ReadProcessListeners) {
    this.#listeners = listeners;
    this.#child = fork(MAIN, [this.#directory], {
      // Not with our options: what those load and write (a profile, a report) is wanted once.
      execArgv: [`--max-old-space-size=${HEAP_MAX_MB}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
    });
    this.#child.on('message', (message: FromReadProcess) => this.#take(message));
    this.#child.on('error', () => undefined);
    this.ended = this.#watchEnd();
    this.#tell({kind: 'start', ...settings});
    // One that does not come to listen is given up; the log has why.
    const start = setTimeout(() => this.isStarting && void this.end(), START_MAX_MS);
    void this.ended.then(() => clearTimeout(start));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isStarting(): boolean {
    return this.#state === 'starting';
  }

  get isListening(): boolean {
    return this.#state === 'listening';
  }

  /** Requests whose clients are not done with their answers. */
  get openCount(): number {
    return this.#open;
  }

  /** Requests that it works on. */
  get workCount(): number {
    return this.#working.size;
  }

  /**
   * Resolves with the head of the answer. Only while it is listening.
   * @throws ReadError
   */
  async answer(request: ReadRequest, workMaxMs: number): Promise<IncomingMessage> {
    const id = ++this.#lastId;
    const deadline = AbortSignal.timeout(workMaxMs + request.waitMs);
    this.#open++;
    // What waits for a commit is no work.
    if (request.waitMs === 0) this.#working.add(id);
    try {
      const answer = await this.#send(id, request, deadline);
      answer.once('close', () => this.#open--);
      this.#release(id);
      return answer;
    } catch (cause) {
      this.#open--;
      const kind = request.signal.aborted ? 'left' : deadline.aborted ? 'late' : 'broken';
      // A connection that breaks is told before the end of the process that it belongs to.
      const ended = kind === 'broken' ? this.end() : this.#endUnlessDone(id);
      void ended.then(() => this.#release(id));
      throw new ReadError(kind, cause);
    }
  }

  #release(id: number): void {
    this.#working.delete(id);
    this.#freeIfIdle();
  }

  /** Ends it, also in the middle of a query. */
  async end(): Promise<void> {
    this.#state = 'ended';
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #send(id: number, {method, url, headers, body, signal}: ReadRequest, deadline: AbortSignal) {
    const sent = httpRequest({
      socketPath: this.#socket,
      method,
      path: url,
      headers: [...headers, ID_HEADER, String(id)],
      // One connection for each request: its end means that the answer is no longer wanted.
      agent: false,
      signal,
    });
    const onDeadline = () => sent.destroy(new Error('too late'));
    deadline.addEventListener('abort', onDeadline, {once: true});
    if (body) body.pipe(sent);
    else sent.end();
    try {
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      // What breaks from here on is told by the answer's body.
      sent.on('error', () => undefined);
      return answer;
    } finally {
      deadline.removeEventListener('abort', onDeadline);
    }
  }

  /** Kills the process unless the unwanted work ends soon by itself. */
  async #endUnlessDone(id: number): Promise<void> {
    await elapsed(GRACE_MS);
    if (this.#state === 'ended') return;
    const running = await Promise.race([this.askRunning(), elapsed(SILENCE_MAX_MS)]);
    if (!running || running.includes(id)) await this.end();
  }

  /** The ids that it works on; resolves when it hears, which in the middle of a query it does not. */
  async askRunning(): Promise<readonly number[]> {
    const question = ++this.#lastId;
    const {promise, resolve} = Promise.withResolvers<readonly number[]>();
    this.#questions.set(question, resolve);
    this.#tell({kind: 'which', question});
    return promise;
  }

  #take(message: FromReadProcess): void {
    if (message.kind === 'listening') {
      if (this.#state === 'starting') this.#state = 'listening';
      this.#freeIfIdle();
      return;
    }
    this.#questions.get(message.question)?.(message.running);
    this.#questions.delete(message.question);
  }

  #tell(message: ToReadProcess): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  get #socket(): string {
    return join(this.#directory, SOCKET);
  }

  #freeIfIdle(): void {
    if (this.#state === 'listening' && this.#working.size === 0) this.#listeners.onFree();
  }

  async #watchEnd(): Promise<void> {
    const {promise, resolve} = Promise.withResolvers<void>();
    this.#child.once('exit', () => resolve());
    // A program that could not be started has no exit.
    this.#child.once('error', () => this.#child.pid === undefined && resolve());
    await promise;
    this.#state = 'ended';
    rmSync(this.#directory, {recursive: true, force: true});
    this.#listeners.onEnd();
  }
}

function elapsed(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}
