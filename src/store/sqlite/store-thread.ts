import {extname} from 'node:path';
import {MessageChannel, type MessagePort, Worker} from 'node:worker_threads';
import {CtrError} from '../../util/ctr-error.ts';
import {killPoint} from '../../util/kill-point.ts';
import {type Batch, piecesOf} from './batch.ts';
import type {Reservation} from './counters.ts';
import {
  type Answer,
  errorOf,
  type Outcome,
  type PieceMessage,
  type Request,
  WHOLE,
  type Work,
} from './store-thread-protocol.ts';
import type {NewSegment} from './texts/trigrams/next-segment.ts';

/** TypeScript in `src`, JavaScript in `dist`. */
const MAIN = new URL(`./store-thread-main${extname(import.meta.url)}`, import.meta.url);
/** Pieces that it has not taken yet: one to store next, while another one is made. */
const AHEAD_MAX = 1;

/**
 * A thread that works on a file while this one continues. It keeps the process alive only while it has work. If it dies,
 * its pending work fails with BACKEND_UNAVAILABLE, and it accepts nothing more.
 */
export class StoreThread {
  readonly #file: string;
  readonly #worker: Worker;
  /** Pending answers, by the id of the request. */
  readonly #pending = new Map<number, PromiseWithResolvers<Outcome>>();
  /** Every piece of the batches before is on its way. */
  #sent: Promise<void> = Promise.resolve();
  readonly #ended = Promise.withResolvers<void>();
  #lastId = 0;
  #hasEnded = false;
  /** The reason of its death, if it reported one. */
  #cause: unknown;

  constructor(file: string) {
    this.#file = file;
    // Not with our options: what those load and write (a profile, a report) is wanted once.
    this.#worker = new Worker(MAIN, {workerData: file, execArgv: []});
    this.#worker.unref();
    this.#worker.on('message', (answer: Answer) => this.#settle(answer));
    this.#worker.on('error', (cause) => {
      this.#cause = cause;
    });
    this.#worker.on('exit', () => this.#leave());
  }

  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Like `putBatch`, but leaves segments to the caller. Of several calls, the first comes first. */
  async put(batch: Batch): Promise<{isTailLong: boolean}> {
    killPoint('sqlite transaction');
    const {port1: near, port2: far} = new MessageChannel();
    const stored = this.#ask({pieces: far}, [far]);
    const sent = this.#sent.then(() => sendPieces(batch, near, stored));
    this.#sent = sent.catch(() => undefined);
    try {
      const [{isTailLong}] = await Promise.all([stored, sent]);
      return {isTailLong: isTailLong!};
    } finally {
      near.close();
    }
  }

  /** Like `reserveSeqs`, after the batch that is being stored and before those that wait. */
  async reserveSeqs(reservation: Reservation): Promise<number> {
    killPoint('sqlite counter');
    return (await this.#ask({reservation})).first!;
  }

  /** Like `nextSegment`. */
  async nextSegment(tailMax: number): Promise<NewSegment | undefined> {
    return (await this.#ask({tailMax})).segment;
  }

  /** Like `putSegment`, before batches that wait. */
  async putSegment(segment: NewSegment): Promise<boolean> {
    killPoint('sqlite transaction');
    return (await this.#ask({segment})).isStored!;
  }

  /** Resolves when all earlier requests are answered. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#pending.values()].map(({promise}) => promise));
  }

  /** It has done what it was asked for, closed its connection, and ended. It must not be asked for more. */
  async end(): Promise<void> {
    await this.settled();
    this.#post('end');
    await this.#ended.promise;
  }

  #ask(work: Work, transferred: readonly MessagePort[] = []): Promise<Outcome> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<Outcome>();
    this.#pending.set(id, answer);
    this.#post({...work, id}, transferred);
    return answer.promise;
  }

  #post(request: Request, transferred: readonly MessagePort[] = []): void {
    this.#worker.ref();
    this.#worker.postMessage(request, transferred);
  }

  #settle({id, outcome, failure}: Answer): void {
    const {resolve, reject} = this.#pending.get(id)!;
    this.#pending.delete(id);
    if (failure) reject(errorOf(failure));
    else resolve(outcome!);
    if (!this.isBusy) this.#worker.unref();
  }

  #leave(): void {
    this.#hasEnded = true;
    const error = new CtrError('BACKEND_UNAVAILABLE', `a thread that works on ${this.#file} has died`, {
      hint: 'Try again: what was stored before is whole.',
      cause: this.#cause,
    });
    for (const {reject} of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#ended.resolve();
  }
}

/** Sends the batch, a little ahead of the thread. */
async function sendPieces(batch: Batch, port: MessagePort, stored: Promise<unknown>): Promise<void> {
  let ahead = 0;
  let taken = Promise.withResolvers<void>();
  port.on('message', () => {
    ahead--;
    taken.resolve();
    taken = Promise.withResolvers();
  });
  for (const piece of piecesOf(batch)) {
    port.postMessage(piece satisfies PieceMessage);
    ahead++;
    // It takes no more of a batch that has failed.
    while (ahead > AHEAD_MAX) await Promise.race([taken.promise, stored]);
  }
  port.postMessage(WHOLE satisfies PieceMessage);
}
