import {boundQuery} from '../../../domain/query/bound-query.ts';
import {formatQuery} from '../../../domain/query/format-query.ts';
import {
  type Clause,
  mapClauses,
  type Query,
  type WordsClause,
  wantedClauses,
} from '../../../domain/query/query.ts';
import {search} from '../../../read/search.ts';
import {searchEverything} from '../../../read/search-everything.ts';
import {CtrError} from '../../../util/ctr-error.ts';
import {formatCount} from '../../../util/format.ts';
import {type Html, html, shortRef, showLine, showName} from '../html.ts';
import {hrefAt, hrefOf, type PlaceRequest, revisionOfRef} from '../page-request.ts';
import {notice} from '../parts.ts';
import {type Asked, EVERYTHING} from './search-hit.ts';

/** Versions that are looked at for the branches that have them now. */
const LOOKED_AT = 50;
const BRANCHES_MAX = 5;

/** Where nothing in this revision matches: what finds something. Each offer has been tried. */
export async function offersHere(request: PlaceRequest, {text, query}: Asked): Promise<Html> {
  const {reader, revision} = request;
  const ever = await searchEverything(reader, {
    query: {...query, sort: 'relevance'},
    limit: LOOKED_AT,
    hasLifetimes: false,
    now,
  });
  const refs = [...new Set(ever.hits.map(({ref}) => ref))].filter((ref) => ref !== null);
  const longer = withBeginnings(query);
  const here = await countLonger(longer, (asked) =>
    search(reader, {ref: revision, query: asked, limit: 0, now}),
  );
  return offerList([
    ...(here ? [longerOffer(request, {...here, what: 'file'})] : []),
    ...refs.slice(0, BRANCHES_MAX).map((ref) => branchOffer(request, ref, text)),
    ...(ever.hits.length > 0 ? [everythingOffer(request, text, ever.total)] : []),
    // The last resort.
    ...(here || ever.hits.length > 0 ? [] : await longerEver(request, longer)),
  ]);
}

/** The same where every version ever was searched already. */
export async function offersInEverything(request: PlaceRequest, {query}: Asked): Promise<Html> {
  return offerList(await longerEver(request, withBeginnings(query)));
}

function now(): number {
  return performance.now();
}

function offerList(offers: readonly Html[]): Html {
  if (offers.length === 0) return notice('No version of any file matches.');
  return html`<section class="notice" aria-label="What finds something">What finds something:<ul>${offers}</ul></section>`;
}

async function longerEver(request: PlaceRequest, longer: Query | undefined): Promise<Html[]> {
  const found = await countLonger(longer, (query) =>
    searchEverything(request.reader, {query: {...query, sort: 'relevance'}, limit: 0, now}),
  );
  return found ? [longerOffer(request, {...found, what: 'version', scope: EVERYTHING})] : [];
}

/**
 * The query with each of its plain words as the beginning of a word; undefined where that is the same, or may not be
 * asked: a beginning can be too short.
 */
export function withBeginnings(query: Query): Query | undefined {
  const {expression} = query;
  if (!wantedClauses(expression).some(isPlainWord)) return undefined;
  const longer = mapClauses(expression, (clause, isNegated) =>
    !isNegated && isPlainWord(clause) ? {...clause, isPrefix: true} : clause,
  );
  try {
    return {...query, expression: boundQuery(longer)};
  } catch (error) {
    return undefinedForQuery(error);
  }
}

function isPlainWord(clause: Clause): clause is WordsClause {
  return clause.type === 'words' && !clause.isPrefix && /^[\p{L}\p{M}\p{N}_]+$/u.test(clause.text);
}

interface Longer {
  readonly text: string;
  readonly count: number;
}

/** Undefined where it finds nothing. */
async function countLonger(
  longer: Query | undefined,
  ask: (query: Query) => Promise<{readonly total: number}>,
): Promise<Longer | undefined> {
  if (longer === undefined) return undefined;
  const answer = await ask(longer).catch(undefinedForQuery);
  return answer && answer.total > 0 ? {text: formatQuery(longer), count: answer.total} : undefined;
}

function undefinedForQuery(error: unknown): undefined {
  if (error instanceof CtrError && error.code === 'QUERY') return undefined;
  throw error;
}

function longerOffer(
  request: PlaceRequest,
  {text, count, what, scope}: Longer & {what: string; scope?: string},
): Html {
  const href = hrefAt(request, {view: 'search'}, {q: text, in: scope});
  return html`<li><a href="${href}">Words that begin so</a>: ${formatCount(count)} ${what}${count === 1 ? '' : 's'} with <code>${showLine(text)}</code></li>`;
}

function branchOffer({options, place}: PlaceRequest, ref: string, text: string): Html {
  const at = {repo: place.repo, revision: revisionOfRef(ref), view: 'search', path: ''} as const;
  return html`<li>On <a href="${hrefOf(options, at, {q: text})}">${showName(shortRef(ref))}</a></li>`;
}

function everythingOffer(request: PlaceRequest, text: string, total: number): Html {
  const href = hrefAt(request, {view: 'search'}, {q: text, in: EVERYTHING});
  return html`<li><a href="${href}">Every version ever</a>: ${formatCount(total)} ${total === 1 ? 'version' : 'versions'}</li>`;
}
