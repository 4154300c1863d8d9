import {documentId} from '../domain/document-id.ts';

const LABEL_ID_CHARS = 8;

/** A receiver of events: a command, or an address. */
export interface Handler {
  /** Hash of kind and target: the name of its queue. */
  readonly id: string;
  readonly kind: 'script' | 'webhook';
  /** The command line, or the URL. */
  readonly target: string;
}

/** How a call of a handler ended. */
export interface CallEnd {
  /** The reason why the event counts as not delivered; undefined if it was delivered. */
  readonly error: string | undefined;
  /** The end of a script's output. */
  readonly output: string;
}

/** The handlers in the settings, each once. */
export function listHandlers(
  targets: Readonly<Record<'scripts' | 'webhooks', readonly string[]>>,
): Handler[] {
  const each = (kind: Handler['kind']) =>
    [...new Set(targets[`${kind}s`])].map((target) => ({id: documentId(kind, target), kind, target}));
  return [...each('script'), ...each('webhook')];
}

/**
 * The handler as shown to people. An address is reduced to its server, because path and query often hold a key, and the
 * beginning of its id, which distinguishes addresses of one server: `https://example.org (Zk3x81Qa)`.
 */
export function labelOf({id, kind, target}: Handler): string {
  return kind === 'script' ? target : `${new URL(target).origin} (${id.slice(0, LABEL_ID_CHARS)})`;
}
