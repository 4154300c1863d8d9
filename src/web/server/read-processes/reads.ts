import type {IncomingMessage} from 'node:http';
import type {Readable} from 'node:stream';

/** A request for a page or an answer of the API, as it came. */
export interface ReadRequest {
  readonly method: string;
  /** As the request's first line has it. */
  readonly url: string;
  /** Names and values by turns, as they came. */
  readonly headers: readonly string[];
  /** Undefined where the request has none. */
  readonly body: Readable | undefined;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** How long it may wait for something to happen; that is not work, so the limit for work comes after it. */
  readonly waitMs: number;
}

/** Answers reads where they can be ended: nothing that they do holds up the server. */
export interface ReadProcesses {
  /** How many there are. */
  readonly size: number;
  /**
   * Resolves with the head of the answer; the body follows.
   * @throws ReadError
   */
  answer(request: ReadRequest): Promise<IncomingMessage>;
}

/**
 * - `late`: it took longer than a read may, and was ended
 * - `broken`: the process that worked on it ended, because of this request or of another one
 * - `busy`: so many wait that this one was sent away
 * - `left`: the client has gone
 */
export type ReadErrorKind = 'late' | 'broken' | 'busy' | 'left';

/** A read without an answer. */
export class ReadError extends Error {
  override readonly name = 'ReadError';
  readonly kind: ReadErrorKind;

  constructor(kind: ReadErrorKind, cause?: unknown) {
    super(`the read has no answer: ${kind}`, {cause});
    this.kind = kind;
  }
}
