import {hash} from 'node:crypto';
import type {Query} from '../domain/query/query.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {SearchScope, WantedScope} from './search-scope.ts';

const OID = '(?:[0-9a-f]{64}|[0-9a-f]{40})';
const OIDS = `((?:${OID}(?:,${OID})*)?)`;
/** Begins like every cursor of the API: a commit and the end of the page. */
const CURSOR = new RegExp(`^(${OID})\\.(\\d{1,7})~([\\w-]{12})\\.([01])\\.${OIDS}\\.${OIDS}$`);

/** The next hits of a search: behind `offset` of them, in the same commits. */
export interface SearchPage {
  readonly scope: WantedScope;
  readonly offset: number;
}

/** Names the query, and all commits that it was about: however the refs move, the pages fit together. */
export function formatCursor(query: Query, scope: SearchScope, offset: number): string {
  const {excluded, isAlone} = scope;
  const [first, ...others] = scope.revisions;
  const list = (revisions: SearchScope['excluded']) => revisions.map(({commit}) => commit).join(',');
  const parts = [digest(query), isAlone ? 1 : 0, list(others), list(excluded)];
  return Buffer.from(`${first.commit}.${offset}~${parts.join('.')}`).toString('base64url');
}

/** @throws USAGE for what `formatCursor` did not write, and for the cursor of another query. */
export function parseCursor(text: string, query: Query): SearchPage {
  const match = CURSOR.exec(Buffer.from(text, 'base64url').toString());
  if (match?.[3] !== digest(query))
    throw new CtrError('USAGE', match ? 'the cursor is of another query' : 'this is no cursor', {
      hint: 'Take `nextCursor` of the answer before, as it is, with the same query; begin without one.',
    });
  const [, first, offset, , isAlone, others, excluded] = match as unknown as string[];
  const commits = (list: string) =>
    list.split(',').flatMap((name) => (name === '' ? [] : [{family: 'commit', name} as const]));
  return {
    scope: {
      revisions: commits([first, others].join(',')),
      excluded: commits(excluded!),
      isAlone: isAlone === '1',
    },
    offset: Number(offset),
  };
}

function digest({expression, scope, sort}: Query): string {
  return hash('sha256', JSON.stringify([expression, scope, sort]), 'base64url').slice(0, 12);
}
