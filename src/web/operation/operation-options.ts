import type {RunningRequests} from './running-requests.ts';

/** What whoever runs the server gets to know. */
export interface OperationOptions {
  /** Writes one line of the log. Values are plain: numbers, booleans and text, which may be hostile. */
  readonly log: (line: LogLine) => void;
  readonly requests: RunningRequests;
  /** How far each index is behind its repository. One that cannot be asked is in the list, too. */
  readonly readBacklogs: () => Promise<readonly Backlog[]>;
}

export type LogLine = Readonly<Record<string, string | number | boolean | undefined>>;

/** How far an index is behind its repository. */
export interface Backlog {
  readonly repository: string;
  /** Whether the index answers. */
  readonly isUp: boolean;
  /** How long the oldest push waits that the index does not show; 0 when it shows all. */
  readonly lagSeconds: number;
  /** Refs that differ. */
  readonly refsBehind: number;
  readonly notes: number;
  /** Single things that could not be read or stored. */
  readonly failures: number;
}
