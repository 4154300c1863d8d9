import {Problem} from './problem.ts';

/** Where the next page of an answer begins, and of which commit: however the ref moves, the pages fit together. */
export interface Cursor {
  readonly commit: string;
  readonly offset: number;
}

/** Opaque to clients. */
export function formatCursor({commit, offset}: Cursor): string {
  return Buffer.from(`${commit}.${offset}`).toString('base64url');
}

/** @throws Problem for what `formatCursor` did not write. */
export function parseCursor(text: string): Cursor {
  const match = /^([0-9a-f]{40}|[0-9a-f]{64})\.(\d{1,9})$/.exec(Buffer.from(text, 'base64url').toString());
  if (match) return {commit: match[1]!, offset: Number(match[2])};
  throw new Problem(400, 'USAGE', 'the cursor is none of ours', {
    hint: 'Take `nextCursor` of the answer before, as it is; begin without one.',
  });
}
