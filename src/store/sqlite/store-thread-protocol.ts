import type {MessagePort} from 'node:worker_threads';
import {CtrError, type CtrErrorCode} from '../../util/ctr-error.ts';
import type {Piece} from './batch.ts';
import type {Reservation} from './counters.ts';
import type {NewSegment} from './texts/trigrams/next-segment.ts';

/** Work for the thread: to store a batch, whose pieces come through a separate port, and so on. */
export type Work =
  | {readonly pieces: MessagePort}
  | {readonly reservation: Reservation}
  /** `nextSegment` */
  | {readonly tailMax: number}
  | {readonly segment: NewSegment};

/** `end`: after all other work. */
export type Request = (Work & {readonly id: number}) | 'end';

/**
 * A message through a batch's port: its pieces, then WHOLE; in return, a TAKEN for each piece. If the port closes before
 * WHOLE, the batch was given up.
 */
export type PieceMessage = Piece | typeof WHOLE;
export const WHOLE = 'whole';
export const TAKEN = 'taken';

/** The answer to work. */
export interface Outcome {
  /** Of a reservation. */
  readonly first?: number;
  /** After a batch: many runs have no trigrams yet. */
  readonly isTailLong?: boolean;
  /** The one that is due, if one is. */
  readonly segment?: NewSegment | undefined;
  /** Of a segment that was given. */
  readonly isStored?: boolean;
}

export interface Answer {
  readonly id: number;
  readonly outcome?: Outcome;
  readonly failure?: Failure;
}

/** An error on its way between threads: a copy of it is of no class of ours. */
type Failure =
  | {
      readonly code: CtrErrorCode;
      readonly message: string;
      readonly hint: string | undefined;
      readonly data: Record<string, unknown>;
      readonly cause: unknown;
    }
  | {readonly bug: unknown};

export function failureOf(error: unknown): Failure {
  if (!(error instanceof CtrError)) return {bug: error};
  const {code, message, hint, data, cause} = error;
  return {code, message, hint, data, cause};
}

export function errorOf(failure: Failure): unknown {
  if ('bug' in failure) return failure.bug;
  const {code, message, hint, data, cause} = failure;
  return new CtrError(code, message, {data, cause, ...(hint !== undefined && {hint})});
}
