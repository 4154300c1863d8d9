import {hash} from 'node:crypto';

/**
 * What a post-receive file is to us.
 * - `ours`: a hook of ctr, of this or another version, as it was installed
 * - `changed`: a hook of ctr that somebody has edited since
 * - `foreign`: anything else
 */
export type HookOrigin = 'ours' | 'changed' | 'foreign';

const MARK = /^# ctr-hook: ([0-9a-f]{64})$/m;

/** Whose hook this is. A hook of ours carries the hash of the rest of itself, so that every version knows every other. */
export function classifyHook(content: Buffer): HookOrigin {
  const text = content.toString('latin1');
  const marked = MARK.exec(text)?.[1];
  if (marked === undefined) return 'foreign';
  return marked === hashOfRest(text) ? 'ours' : 'changed';
}

/** The hook with the right hash in its mark: what a changed `hooks/post-receive` must look like to be shipped. */
export function sealHook(text: string): string {
  return text.replace(MARK, `# ctr-hook: ${hashOfRest(text)}`);
}

function hashOfRest(text: string): string {
  return hash('sha256', Buffer.from(text.replace(MARK, '# ctr-hook:'), 'latin1'));
}
