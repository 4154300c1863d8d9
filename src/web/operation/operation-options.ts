import type {Backlog} from '../../app/site/read-backlogs.ts';
import type {RunningRequests} from './running-requests.ts';

/** Options for health checks, metrics and log. */
export interface OperationOptions {
  /** Writes one line of the log. Values are plain: numbers, booleans and text, which may be hostile. */
  readonly log: (line: LogLine) => void;
  readonly requests: RunningRequests;
  /** How far each index is behind its repository. One that cannot be asked is in the list, too. */
  readonly readBacklogs: () => Promise<readonly Backlog[]>;
}

export type LogLine = Readonly<Record<string, string | number | boolean | undefined>>;

/** The log has what the client is not told, since it is the owner's: addresses, settings, faults of ours. */
export function logFailure(operation: Pick<OperationOptions, 'log'> | undefined, error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  operation?.log({type: 'error', message});
}
