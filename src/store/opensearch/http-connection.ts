import type {ClientRequest, IncomingMessage} from 'node:http';
import type {Connection} from '@opensearch-project/opensearch';

/**
 * The client's connection class with another `request`, which goes around three faults (client 3.9, lib/Connection.js):
 * - Its timeout ends with the head of the answer: a body that stalls is waited for without end.
 * - It passes on only the message of a failure, and nothing where several addresses were tried.
 * - It prints on stdout what fails after the head of the answer.
 *
 * We found no issue upstream for any of them; `test/unit/store/opensearch-client` fails when one is gone. One feature
 * is added: `signal` among the parameters closes the connection when it is aborted.
 */
export function connectionWithDeadline(Base: typeof Connection, timeoutMs: number): typeof Connection {
  return class DeadlineConnection extends Base {
    override request(...[params, callback]: Parameters<Connection['request']>): ClientRequest {
      const {signal} = params as {signal?: AbortSignal};
      const request = this.makeRequest(this.buildRequestObject(params)) as ClientRequest;
      let isSettled = false;
      const settle = (error: Error | null, response: IncomingMessage | null) => {
        if (isSettled) return;
        isSettled = true;
        callback(error, response);
      };
      const deadline = setTimeout(() => request.destroy(new DeadlineError(timeoutMs)), timeoutMs);
      const leave = () => request.destroy(signal!.reason);
      if (signal?.aborted) leave();
      signal?.addEventListener('abort', leave);
      // 'close' comes last in every case: with the body read, after an error, when the server vanished.
      request.on('close', () => {
        clearTimeout(deadline);
        signal?.removeEventListener('abort', leave);
      });
      request.on('response', (response) => settle(null, response));
      // Once there is a response, its own 'error' event tells the reader of the body.
      request.on('error', (error) => settle(error, null));
      request.setNoDelay(true);
      request.end(params.body);
      return request;
    }
  };
}

/** The whole answer did not come in time. */
export class DeadlineError extends Error {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
    this.name = 'DeadlineError';
    this.timeoutMs = timeoutMs;
  }
}
