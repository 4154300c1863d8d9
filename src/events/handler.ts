import {documentId} from '../domain/entry.ts';

/** Whoever wants to hear of events: a command, or an address. */
export interface Handler {
  /** Of kind and target: the name of its queue. */
  readonly id: string;
  readonly kind: 'script' | 'webhook';
  /** The command line, or the URL. */
  readonly target: string;
}

/** The handlers that the settings name, each once. */
export function listHandlers({
  scripts,
  webhooks,
}: {
  scripts: readonly string[];
  webhooks: readonly string[];
}): Handler[] {
  return [
    ...[...new Set(scripts)].map((target) => handlerOf('script', target)),
    ...[...new Set(webhooks)].map((target) => handlerOf('webhook', target)),
  ];
}

/** As people may see it: what stands in an address after `?` is often a key. */
export function labelOf({kind, target}: Handler): string {
  if (kind === 'script') return target;
  const {origin, pathname} = new URL(target);
  return `${origin}${pathname}`;
}

function handlerOf(kind: Handler['kind'], target: string): Handler {
  return {id: documentId(kind, target), kind, target};
}
