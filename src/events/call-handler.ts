import type {RefEvent} from '../domain/ref-event.ts';
import type {CallEnd} from './call-end.ts';
import {callScript} from './call-script.ts';
import {callWebhook} from './call-webhook.ts';
import type {Handler} from './handler.ts';

/** What a call needs to know besides the event. */
export interface CallOptions {
  /** Where scripts run: the bare repository. */
  readonly gitDir: string;
  /** What scripts inherit. */
  readonly env: NodeJS.ProcessEnv;
  readonly scriptTimeoutMs: number;
  readonly webhookTimeoutMs: number;
  /** Signs what webhooks get; absent: nothing is signed. */
  readonly webhookSecret: string | undefined;
}

/** One try to tell one handler of one event. Never throws for what the handler does. `attempt` is 1 at the first try. */
export async function callHandler(
  {kind, target}: Handler,
  event: RefEvent,
  {attempt, ...options}: CallOptions & {readonly attempt: number},
): Promise<CallEnd> {
  const {gitDir, env, scriptTimeoutMs, webhookTimeoutMs, webhookSecret} = options;
  switch (kind) {
    case 'script':
      return callScript(target, event, {gitDir, env, timeoutMs: scriptTimeoutMs});
    case 'webhook':
      return callWebhook(target, event, {attempt, timeoutMs: webhookTimeoutMs, secret: webhookSecret});
  }
}
