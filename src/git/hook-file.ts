import {hash} from 'node:crypto';

/**
 * Origin of a post-receive file.
 * - `ours`: a hook of ctr, of this or another version, as it was installed
 * - `changed`: a hook of ctr that was edited after installation
 * - `foreign`: anything else
 */
export type HookOrigin = 'ours' | 'changed' | 'foreign';

const MARK = /^# ctr-hook: ([0-9a-f]{64})$/m;

/** Tells the origin of a hook. A hook of ctr contains the hash of the rest of itself, so all versions recognise it. */
export function classifyHook(content: Buffer): HookOrigin {
  const text = content.toString('latin1');
  const marked = MARK.exec(text)?.[1];
  if (marked === undefined) return 'foreign';
  return marked === hashOfRest(text) ? 'ours' : 'changed';
}

/** The hook with the right hash in its mark: after each change, `hooks/post-receive` must equal its result. */
export function sealHook(text: string): string {
  return text.replace(MARK, `# ctr-hook: ${hashOfRest(text)}`);
}

function hashOfRest(text: string): string {
  return hash('sha256', Buffer.from(text.replace(MARK, '# ctr-hook:'), 'latin1'));
}
