import {createHash} from 'node:crypto';
import {z} from 'zod';
import type {Query} from '../domain/query/query.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {SearchScope, WantedScope} from './search-scope.ts';

const CURSOR = z.strictObject({
  /** Which query it is of. */
  query: z.string(),
  revisions: z.array(z.string()).min(1).max(64),
  excluded: z.array(z.string()).max(64),
  isAlone: z.boolean(),
  offset: z.int().min(1).max(1_000_000),
});

/** The next hits of a search: behind `offset` of them, in the same commits. */
export interface SearchPage {
  readonly scope: WantedScope;
  readonly offset: number;
}

export function formatCursor(query: Query, scope: SearchScope, offset: number): string {
  const {revisions, excluded, isAlone} = scope;
  const commits = (of: SearchScope['excluded']) => of.map(({commit}) => commit);
  const cursor = {
    query: digest(query),
    revisions: commits(revisions),
    excluded: commits(excluded),
    isAlone,
    offset,
  } satisfies z.infer<typeof CURSOR>;
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/** @throws QUERY for what is no cursor, and for one of another query. */
export function parseCursor(text: string, query: Query): SearchPage {
  const {data: cursor} = CURSOR.safeParse(fromBase64(text));
  if (cursor?.query !== digest(query))
    throw new CtrError('QUERY', cursor ? 'the cursor is of another query' : 'this is no cursor', {
      hint: 'Send the cursor of an answer with the same query, or no cursor.',
    });
  const {revisions, excluded, isAlone, offset} = cursor;
  const commits = (oids: readonly string[]) => oids.map((name) => ({family: 'commit', name}) as const);
  return {scope: {revisions: commits(revisions), excluded: commits(excluded), isAlone}, offset};
}

function fromBase64(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}

function digest({expression, scope, sort}: Query): string {
  return createHash('sha256')
    .update(JSON.stringify([expression, scope, sort]))
    .digest('base64url')
    .slice(0, 12);
}
