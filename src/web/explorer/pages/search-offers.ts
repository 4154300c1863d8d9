import {searchRevision} from '../../../read/search.ts';
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
export async function offersHere(request: PlaceRequest, {text}: Asked): Promise<Html> {
  const {reader, revision} = request;
  const ever = await searchEverything(reader, {query: text, limit: LOOKED_AT, now});
  const refs = [...new Set(ever.hits.map(({ref}) => ref))].filter((ref) => ref !== null);
  const here = await countLonger(text, async (query) => {
    return (await searchRevision(reader, revision, {query, limit: 0, now})).total;
  });
  return offerList([
    ...(here ? [longerOffer(request, {...here, what: 'file'})] : []),
    ...refs.slice(0, BRANCHES_MAX).map((ref) => branchOffer(request, ref, text)),
    ...(ever.hits.length > 0 ? [everythingOffer(request, text, ever.total)] : []),
    // The last resort.
    ...(here || ever.hits.length > 0 ? [] : await longerEver(request, text)),
  ]);
}

/** The same where every version ever was searched already. */
export async function offersInEverything(request: PlaceRequest, {text}: Asked): Promise<Html> {
  return offerList(await longerEver(request, text));
}

function now(): number {
  return performance.now();
}

function offerList(offers: readonly Html[]): Html {
  if (offers.length === 0) return notice('No version of any file matches.');
  return html`<section class="notice" aria-label="What finds something">What finds something:<ul>${offers}</ul></section>`;
}

async function longerEver(request: PlaceRequest, text: string): Promise<Html[]> {
  const found = await countLonger(text, async (query) => {
    return (await searchEverything(request.reader, {query, limit: 0, now})).total;
  });
  return found ? [longerOffer(request, {...found, what: 'version', scope: EVERYTHING})] : [];
}

/** The query with each of its plain words as the beginning of a word; undefined where that is the same. */
export function withBeginnings(text: string): string | undefined {
  const longer = text.replace(/"[^"]*"|\S+/g, (part) =>
    /^[\p{L}\p{M}\p{N}_]+$/u.test(part) ? `${part}*` : part,
  );
  return longer === text ? undefined : longer;
}

interface Longer {
  readonly query: string;
  readonly count: number;
}

/** Undefined where it finds nothing, and where it may not be asked: a beginning can be too short. */
async function countLonger(
  text: string,
  count: (query: string) => Promise<number>,
): Promise<Longer | undefined> {
  const query = withBeginnings(text);
  if (query === undefined) return undefined;
  try {
    const found = await count(query);
    return found === 0 ? undefined : {query, count: found};
  } catch (error) {
    if (error instanceof CtrError && error.code === 'QUERY') return undefined;
    throw error;
  }
}

function longerOffer(
  request: PlaceRequest,
  {query, count, what, scope}: Longer & {what: string; scope?: string},
): Html {
  const href = hrefAt(request, {view: 'search'}, {q: query, in: scope});
  return html`<li><a href="${href}">Words that begin so</a>: ${formatCount(count)} ${what}${count === 1 ? '' : 's'} with <code>${showLine(query)}</code></li>`;
}

function branchOffer({options, place}: PlaceRequest, ref: string, text: string): Html {
  const at = {repo: place.repo, revision: revisionOfRef(ref), view: 'search', path: ''} as const;
  return html`<li>On <a href="${hrefOf(options, at, {q: text})}">${showName(shortRef(ref))}</a></li>`;
}

function everythingOffer(request: PlaceRequest, text: string, total: number): Html {
  const href = hrefAt(request, {view: 'search'}, {q: text, in: EVERYTHING});
  return html`<li><a href="${href}">Every version ever</a>: ${formatCount(total)} ${total === 1 ? 'version' : 'versions'}</li>`;
}
