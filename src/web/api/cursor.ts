import {Problem} from '../problem.ts';

/** Where the next page of an answer begins, and of which commit: however the ref moves, the pages fit together. */
export interface Cursor {
  readonly commit: string;
  /** End of the previous page: a total number of items, a commit, or another commit and a number. */
  readonly after: string;
  /** As the client sent it: a search has more in it. */
  readonly text: string;
}

/** Opaque to clients. */
export function formatCursor({commit, after}: {commit: string; after: string | number}): string {
  return Buffer.from(`${commit}.${after}`).toString('base64url');
}

/** @throws Problem for what `formatCursor` did not write. */
export function parseCursor(text: string): Cursor {
  const match = /^([0-9a-f]{40}|[0-9a-f]{64})\.([0-9a-f]{1,64}(?:-\d{1,9})?)(?:~.*)?$/.exec(
    Buffer.from(text, 'base64url').toString(),
  );
  if (match) return {commit: match[1]!, after: match[2]!, text};
  throw notOurs();
}

/** How many items the pages before had. @throws Problem for the cursor of another question. */
export function offsetOf(after: string | undefined): number {
  if (after === undefined) return 0;
  if (!/^\d{1,9}$/.test(after)) throw notOurs();
  return Number(after);
}

function notOurs(): Problem {
  return new Problem('USAGE', 'the cursor is none of this question', {
    hint: 'Take `nextCursor` of the answer before, as it is; begin without one.',
  });
}
