import {formatSignatureTime} from '../../../domain/commit.ts';
import {refKindOf} from '../../../domain/ref.ts';
import {browseRefs} from '../../../read/browse-refs.ts';
import {describeRefs, type RefDescription, type RefDistance} from '../../../read/describe-refs.ts';
import type {ListedRef} from '../../../read/list-refs.ts';
import {formatCount} from '../../../util/format.ts';
import {VIEWS, type View} from '../explorer-url.ts';
import {
  type Html,
  html,
  NOTHING,
  shortOid,
  shortRef,
  showBreakable,
  showDate,
  showLine,
  showName,
} from '../html.ts';
import {hrefIn, type Page, type RepositoryRequest, revisionOfRef} from '../page-request.ts';
import {notice} from '../parts.ts';

const PER_PAGE = 50;
const FILTER_MAX_CHARS = 1024;

/** Which refs a page lists. `refs`: all of them, for the switcher. */
export type RefsPageKind = 'branches' | 'tags' | 'refs';

const KINDS = {
  branches: {kind: 'branch', title: 'Branches', one: 'branch', many: 'branches'},
  tags: {kind: 'tag', title: 'Tags', one: 'tag', many: 'tags'},
  refs: {kind: undefined, title: 'All refs', one: 'ref', many: 'refs'},
} as const;

/**
 * Branches, tags or all refs in pages, optionally filtered by name. With `view` and `path` their links lead there; `at` is
 * the full name of the ref that the reader comes from.
 */
export async function refsPage(request: RepositoryRequest, page: RefsPageKind): Promise<Page> {
  const {reader, query} = request;
  const {kind, title, one, many} = KINDS[page];
  const filter = (query.get('filter') ?? '').slice(0, FILTER_MAX_CHARS);
  const after = query.get('after') ?? undefined;
  const found = await browseRefs(reader, {
    kind,
    filter,
    isRanked: true,
    order: 'newest',
    after,
    limit: PER_PAGE,
  });
  const names = found.refs.map(({name}) => name);
  const described = await describeRefs(reader, names);
  const path = query.get('path');
  const count = `${formatCount(found.total)} ${found.total === 1 ? one : many}`;
  return {
    title,
    body: html`<h1>${title}</h1>
${path ? html`<p>Links lead to <code>${showName(path)}</code>.</p>` : ''}
${filterForm(request, page, filter)}
<p class="dim" role="status" data-count>${found.total > found.refs.length ? `${count}, ${found.refs.length} on this page` : count}</p>
${found.total === 0 ? notice(`There is no ${filter === '' ? one : `${one} that fits`}.`) : html`<ul class="refs" data-choices>${found.refs.map((ref) => item(request, {ref, page, description: described.get(ref.name)}))}</ul>`}
${pageLinks(request, page, {after, nextAfter: found.nextAfter})}
<p>${otherPages(request, page)}</p>`,
  };
}

/** Without what is about one page of one list: its text and its place. */
function keptQuery({query}: RepositoryRequest): Record<string, string> {
  const kept = [...query].filter(([name]) => ['view', 'path', 'at'].includes(name));
  return Object.fromEntries(kept);
}

function filterForm(request: RepositoryRequest, page: RefsPageKind, filter: string): Html {
  const hidden = Object.entries(keptQuery(request)).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form class="find-file" action="${hrefIn(request, {page})}"><label>A part of the name <input type="search" name="filter" value="${filter}" maxlength="${FILTER_MAX_CHARS}" autocomplete="off" spellcheck="false"></label>${hidden}<button>Find</button></form>`;
}

function pageLinks(
  request: RepositoryRequest,
  page: RefsPageKind,
  {after, nextAfter}: {after: string | undefined; nextAfter: string | undefined},
): Html {
  if (after === undefined && nextAfter === undefined) return NOTHING;
  const filter = request.query.get('filter') || undefined;
  const hrefTo = (to: string | undefined) =>
    hrefIn(request, {page}, {...keptQuery(request), filter, after: to});
  return html`<nav class="pages" aria-label="Pages">${after === undefined ? '' : html`<a href="${hrefTo(undefined)}" rel="first">First page</a>`} ${nextAfter === undefined ? '' : html`<a href="${hrefTo(nextAfter)}" rel="next">Next page</a>`}</nav>`;
}

function otherPages(request: RepositoryRequest, page: RefsPageKind): Html[] {
  const others = (['branches', 'tags', 'refs'] as const).filter((other) => other !== page);
  return others.map((other, at) => {
    const href = hrefIn(request, {page: other}, keptQuery(request));
    return html`${at > 0 ? ' · ' : ''}<a href="${href}">${KINDS[other].title}</a>`;
  });
}

function item(
  request: RepositoryRequest,
  {ref, page, description}: {ref: ListedRef; page: RefsPageKind; description: RefDescription | undefined},
): Html {
  const {name} = ref;
  const label = showBreakable(shortRef(name));
  const badges = [
    page === 'refs' ? refKindOf(name) : undefined,
    name === request.reader.repository.head ? 'default' : undefined,
    name === request.query.get('at') ? 'current' : undefined,
  ].flatMap((badge) => (badge === undefined ? [] : html` <span class="badge">${badge}</span>`));
  if (!description)
    return html`<li><span>${label}</span>${badges}<div class="dim">${ref.reason ?? 'just moved or deleted'}</div></li>
`;
  const href = hrefIn(request, {revision: revisionOfRef(name), ...placeOf(request)});
  return html`<li><a href="${href}">${label}</a>${badges}${about(request, description)}</li>
`;
}

function about(request: RepositoryRequest, {commit, distance}: RefDescription): Html {
  const {oid, subject, author, committer} = commit;
  const href = hrefIn(request, {page: 'commit', oid});
  const parts = [
    showDate(formatSignatureTime(committer), request.options.now()),
    html`<a href="${href}">${subject === '' ? '(no message)' : showLine(subject.slice(0, 200))}</a>`,
    html`${showLine(author.name.slice(0, 200))}`,
    distance && html`${distanceText(distance)}`,
    html`<a href="${href}"><code>${shortOid(oid)}</code></a>`,
  ].filter((part) => part !== undefined);
  return html`<div class="dim about">${parts.map((part, at) => html`${at > 0 ? ' · ' : ''}${part}`)}</div>`;
}

function distanceText({ahead, behind}: RefDistance): string {
  if (ahead === 0 && behind === 0) return 'even with the default branch';
  const counts = [ahead > 0 && `${formatCount(ahead)} ahead`, behind > 0 && `${formatCount(behind)} behind`];
  return counts.filter(Boolean).join(', ');
}

/** Which view of which path the links lead to. */
function placeOf({query}: RepositoryRequest): {view: View; path: string} {
  const view = VIEWS.find((known) => known === query.get('view') && known !== 'raw') ?? 'tree';
  return {view, path: query.get('path') ?? ''};
}
