import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {request as httpRequest, type IncomingMessage} from 'node:http';
import {tmpdir} from 'node:os';
import {extname, join} from 'node:path';
import {ReadError, type ReadRequest} from '../../../web/reads/read-processes.ts';
import {type FromReadProcess, ID_HEADER, SOCKET, type Start, type ToReadProcess} from './protocol.ts';

/** TypeScript in `src`, JavaScript in `dist`. */
const MAIN = new URL(`./read-process-main${extname(import.meta.url)}`, import.meta.url);
/** A page that needs more ends its process, not the server. */
const HEAP_MAX_MB = 512;
const START_MAX_MS = 60_000;
/** How long work may go on that nobody wants any more, and how long the process may be silent about it. */
const GRACE_MS = 500;
const SILENCE_MAX_MS = 500;
/** A read that waits for so long holds up the process: others go elsewhere, where there is a choice. */
const STALLED_MS = 200;

export type StartSettings = Omit<Start, 'kind'>;

/**
 * A process that answers reads, over HTTP on a Unix socket that only this user can reach.
 *
 * It begins to listen, answers any number of requests at once, and ends in one of three ways: it is told to (`end`), it
 * dies, or it goes on with work that nobody wants any more. SQLite cannot be interrupted from outside, so the last one
 * is ended by a signal; the requests that wait in it fail as `broken`, and can be asked again elsewhere.
 */
export class ReadProcess {
  readonly #child: ChildProcess;
  readonly #directory = mkdtempSync(join(tmpdir(), 'ctr-read-'));
  readonly #listening: Promise<void>;
  /** Resolves when the process has ended and its folder is gone. */
  readonly ended: Promise<void>;
  /** By the id of a request without a head of its answer: since when it waits. */
  readonly #waiting = new Map<number, number>();
  readonly #questions = new Map<number, (running: readonly number[]) => void>();
  #open = 0;
  #lastId = 0;
  #hasEnded = false;
  #onIdle: (() => void) | undefined;

  constructor(settings: StartSettings) {
    this.#child = fork(MAIN, [this.#directory], {
      // Not with our options: what those load and write (a profile, a report) is wanted once.
      execArgv: [`--max-old-space-size=${HEAP_MAX_MB}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', 'pipe'],
    });
    this.#child.on('message', (message: FromReadProcess) => this.#take(message));
    this.#child.on('error', () => undefined);
    this.ended = this.#watchEnd();
    const {promise, resolve, reject} = Promise.withResolvers<void>();
    this.#listening = promise;
    this.#child.on('message', ({kind}: FromReadProcess) => kind === 'listening' && resolve());
    void this.ended.then(() => reject(new ReadError('broken')));
    promise.catch(() => undefined);
    this.#tell({kind: 'start', ...settings});
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Requests whose clients are not done with their answers. */
  get openCount(): number {
    return this.#open;
  }

  /** How many reads wait, and whether one of them holds up the others. */
  get load(): {readonly waiting: number; readonly isStalled: boolean} {
    const [oldest] = this.#waiting.values();
    const isStalled = oldest !== undefined && performance.now() - oldest > STALLED_MS;
    return {waiting: this.#waiting.size, isStalled};
  }

  /** Called each time when the last request is done with. */
  set onIdle(listener: () => void) {
    this.#onIdle = listener;
  }

  /**
   * Resolves with the head of the answer.
   * @param workMaxMs For the work alone: on a busy machine a process may take a while to start.
   * @throws ReadError
   */
  async answer(request: ReadRequest, workMaxMs: number): Promise<IncomingMessage> {
    const id = ++this.#lastId;
    this.#open++;
    // What waits for a commit holds up nobody.
    if (request.waitMs === 0) this.#waiting.set(id, performance.now());
    let deadline: AbortSignal | undefined;
    try {
      await within(this.#listening, AbortSignal.any([request.signal, AbortSignal.timeout(START_MAX_MS)]));
      deadline = AbortSignal.timeout(workMaxMs + request.waitMs);
      const answer = await this.#send(id, request, deadline);
      answer.once('close', () => this.#close());
      return answer;
    } catch (cause) {
      this.#close();
      const kind = request.signal.aborted ? 'left' : deadline?.aborted ? 'late' : 'broken';
      // A connection that breaks is told before the end of the process that it belongs to.
      void (kind === 'broken' ? this.end() : this.#endUnlessDone(id));
      throw new ReadError(kind, cause);
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Ends it, whatever it does. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async #send(id: number, {method, url, headers, body, signal}: ReadRequest, deadline: AbortSignal) {
    const sent = httpRequest({
      socketPath: this.#socket,
      method,
      path: url,
      headers: [...headers, ID_HEADER, String(id)],
      // One connection for one request: that it closes says that nobody wants the answer.
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

  /** Work that nobody wants any more ends by itself soon, or with the process. */
  async #endUnlessDone(id: number): Promise<void> {
    await elapsed(GRACE_MS);
    if (this.#hasEnded) return;
    const running = await Promise.race([this.#askRunning(), elapsed(SILENCE_MAX_MS)]);
    if (!running || running.includes(id)) await this.end();
  }

  async #askRunning(): Promise<readonly number[]> {
    const question = ++this.#lastId;
    const {promise, resolve} = Promise.withResolvers<readonly number[]>();
    this.#questions.set(question, resolve);
    this.#tell({kind: 'which', question});
    return promise;
  }

  #take(message: FromReadProcess): void {
    if (message.kind !== 'which') return;
    this.#questions.get(message.question)?.(message.running);
    this.#questions.delete(message.question);
  }

  #tell(message: ToReadProcess): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  get #socket(): string {
    return join(this.#directory, SOCKET);
  }

  #close(): void {
    if (--this.#open === 0) this.#onIdle?.();
  }

  async #watchEnd(): Promise<void> {
    const {promise, resolve} = Promise.withResolvers<void>();
    this.#child.once('exit', () => resolve());
    // A program that could not be started has no exit.
    this.#child.once('error', () => this.#child.pid === undefined && resolve());
    await promise;
    this.#hasEnded = true;
    rmSync(this.#directory, {recursive: true, force: true});
  }
}

function elapsed(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}

async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const {promise: aborted, reject} = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, {once: true});
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
