import type {CommonOptions} from '../../../app/context.ts';
import type {SettingKey} from '../../../config/settings.ts';

/** The first message to a read process. */
export interface Start {
  readonly kind: 'start';
  readonly common: Omit<CommonOptions, 'flags'> & {
    readonly flags: readonly (readonly [SettingKey, readonly string[]])[];
  };
  /** The root argument of `ctr serve`. */
  readonly root: string | undefined;
}

/** Which requests are being worked on? */
export interface Question {
  readonly kind: 'which';
  readonly question: number;
}

export type ToReadProcess = Start | Question;

/** It listens. */
export interface Listening {
  readonly kind: 'listening';
}

export interface Answer {
  readonly kind: 'which';
  readonly question: number;
  /** Ids of requests whose work has not ended, be their clients there or not. */
  readonly running: readonly number[];
}

export type FromReadProcess = Listening | Answer;

/** The Unix socket where it listens, in the folder that is its first argument and goes with it. */
export const SOCKET = 's';

/** The header that has the id of a request. */
export const ID_HEADER = 'ctr-read';

/** The descriptor that is closed when the server has died. */
export const LIFELINE_FD = 4;
