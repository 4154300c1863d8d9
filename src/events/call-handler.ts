import type {RefEvent} from '../domain/ref-event.ts';
import {callScript} from './call-script.ts';
import {callWebhook} from './call-webhook.ts';
import type {CallEnd, Handler} from './handler.ts';

/** The parameters of a call, except the event. */
export interface CallOptions {
  /** Working directory of scripts: the bare repository. */
  readonly gitDir: string;
  /** Environment that scripts inherit. */
  readonly env: NodeJS.ProcessEnv;
  readonly scriptTimeoutMs: number;
  readonly webhookTimeoutMs: number;
  /** Signs the requests to webhooks; absent: they are not signed. */
  readonly webhookSecret: string | undefined;
}

/** One try to deliver one event to one handler. A failing handler never makes it throw. The first `attempt` is 1. */
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
