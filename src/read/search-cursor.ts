import {hash} from 'node:crypto';
import type {CommitQuery} from '../domain/query/commit-query.ts';
import type {Query} from '../domain/query/query.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {WantedScope} from './search-scope.ts';

const OID = '(?:[0-9a-f]{64}|[0-9a-f]{40})';
const OIDS = `((?:${OID}(?:,${OID})*)?)`;
/** Begins like every cursor of the API: a commit and the end of the page. */
const CURSOR = new RegExp(`^(${OID})\\.(\\d{1,7})~([\\w-]{12})\\.([01])\\.${OIDS}\\.${OIDS}$`);

/** The next hits of a search: behind `offset` of them, in the same commits. */
export interface SearchPage {
  readonly scope: WantedScope;
  readonly offset: number;
}

type AnyQuery = Query | CommitQuery;

/** The commits that a search was about. */
type PinnedScope = Pick<WantedScope, 'isAlone'> &
  Readonly<Record<'revisions' | 'excluded', readonly {readonly commit: string}[]>>;

/** Names the query, and all commits that it was about: however the refs move, the pages fit together. */
export function formatCursor(query: AnyQuery, scope: PinnedScope, offset: number): string {
  const {excluded, isAlone} = scope;
  const [first, ...others] = scope.revisions;
  const list = (revisions: PinnedScope['excluded']) => revisions.map(({commit}) => commit).join(',');
  const parts = [digest(query), isAlone ? 1 : 0, list(others), list(excluded)];
  return Buffer.from(`${first!.commit}.${offset}~${parts.join('.')}`).toString('base64url');
}

/** @throws USAGE for what `formatCursor` did not write, and for the cursor of another query. */
export function parseCursor(text: string, query: AnyQuery): SearchPage {
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

/** A relative date is the same question a second later. */
function digest(query: AnyQuery): string {
  const ignored = ['unknownFilters', 'notes', 'seconds'];
  const text = JSON.stringify(query, (key, value: unknown) => (ignored.includes(key) ? undefined : value));
  return hash('sha256', text, 'base64url').slice(0, 12);
}
