import {CtrError} from '../../src/util/ctr-error.ts';
import {retry} from '../../src/util/retry.ts';

export interface PlainRequest {
  readonly method: string;
  readonly target: string;
  readonly body?: Buffer<ArrayBuffer>;
}

/** A server that is short of memory for a moment is asked again, as ctr asks it. */
const PATIENCE = {attemptsMax: 60, firstDelayMs: 100, delayMaxMs: 1000};

/** A request to OpenSearch with nothing of ctr's between. Rejects where it is refused. */
export async function sendPlainly(url: string, request: PlainRequest): Promise<{errors?: boolean}> {
  return retry(() => sendOnce(url, request), PATIENCE);
}

async function sendOnce(url: string, {method, target, body}: PlainRequest): Promise<{errors?: boolean}> {
  // As ctr does, it asks for no compression.
  const headers = {'accept-encoding': 'identity', ...(body && {'content-type': 'application/x-ndjson'})};
  const response = await fetch(`${url}${target}`, {method, headers, ...(body && {body})});
  const answer = await response.text();
  if (response.status === 429)
    throw new CtrError('BACKEND_UNAVAILABLE', `OpenSearch is overloaded: ${answer}`);
  if (!response.ok)
    throw new Error(`${method} ${target} answered ${response.status}: ${answer.slice(0, 500)}`);
  return JSON.parse(answer) as {errors?: boolean};
}
