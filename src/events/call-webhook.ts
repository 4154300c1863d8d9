import {createHmac} from 'node:crypto';
import type {RefEvent} from '../domain/ref-event.ts';
import type {CallEnd} from './handler.ts';

/** One POST of the event. Any answer but 2xx is a failure; redirects too, so that no other server gets the event. */
export async function callWebhook(
  url: string,
  event: RefEvent,
  {attempt, timeoutMs, secret}: {attempt: number; timeoutMs: number; secret: string | undefined},
): Promise<CallEnd> {
  const body = JSON.stringify(event);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'ctr',
        'x-ctr-event': event.change,
        'x-ctr-delivery': event.id,
        'x-ctr-attempt': String(attempt),
        ...(secret === undefined ? {} : {'x-ctr-signature-256': signatureOf(body, secret)}),
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return {error: response.ok ? undefined : `it answered ${response.status}`, output: ''};
  } catch (error) {
    return {error: reasonOf(error, timeoutMs), output: ''};
  }
}

/** The value of `X-Ctr-Signature-256` for these bytes. */
function signatureOf(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** The reason, which `fetch` puts into the cause of its error. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const {name, message, cause} = error as Error;
  if (name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const {code} = (cause ?? {}) as {code?: string};
  return code ?? (cause instanceof Error ? cause.message : message);
}
