import type {OperationOptions} from './operation-options.ts';

/** The log has what the client is not told, since it is the owner's: addresses, settings, faults of ours. */
export function logFailure(operation: Pick<OperationOptions, 'log'> | undefined, error: unknown): void {
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  operation?.log({type: 'error', message});
}
