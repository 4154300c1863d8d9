import type {MessagePort} from 'node:worker_threads';
import {CtrError, type CtrErrorCode} from '../../util/ctr-error.ts';
import type {Piece} from './batch.ts';
import type {Reservation} from './counters.ts';

/**
 * A request to the thread: to store a batch, whose pieces come through a separate port; to reserve numbers; or to end
 * after all other work.
 */
export type Request =
  | {readonly id: number; readonly pieces: MessagePort}
  | {readonly id: number; readonly reservation: Reservation}
  | 'end';

/**
 * A message through a batch's port: its pieces, then WHOLE; in return, a TAKEN for each piece. If the port closes before
 * WHOLE, the batch was given up.
 */
export type PieceMessage = Piece | typeof WHOLE;
export const WHOLE = 'whole';
export const TAKEN = 'taken';

/** The thread's answer; `first` for a reservation. */
export interface Answer {
  readonly id: number;
  readonly first?: number | undefined;
  readonly failure?: Failure | undefined;
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
