import {markLine} from '../../../domain/mark-line.ts';
import {parseQuery} from '../../../domain/parse-query.ts';
import type {Query} from '../../../domain/query.ts';
import {unknownFilterWords} from '../../../domain/unknown-filters.ts';
import {type ListedRef, listRefs} from '../../../read/list-refs.ts';
import {readFreshness} from '../../../read/read-freshness.ts';
import {type FoundFile, searchRevision} from '../../../read/search.ts';
import {type FoundVersion, searchEverything} from '../../../read/search-everything.ts';
import {CtrError} from '../../../util/ctr-error.ts';
import {formatCount} from '../../../util/format.ts';
import {type Html, html, shortOid, shortRef, showAge, showBreakable, showLine, showName} from '../html.ts';
import {cached, hrefAt, hrefOf, type Page, type PlaceRequest} from '../page-request.ts';
import {notice} from '../parts.ts';
import {facetLists} from './search-facets.ts';

const HITS_STEP = 25;
const HITS_MAX = 200;
const LINES_SHOWN = 5;
const LINE_MAX_CHARS = 300;
const REFS_OFFERED_MAX = 200;

/** The value of the form's scope for every version ever. */
const EVERYTHING = 'everything';

/** Search within the revision or over every version, and how to. */
export async function searchPage(request: PlaceRequest): Promise<Page> {
  const text = (request.query.get('q') ?? '').trim();
  const isEverything = request.query.get('in') === EVERYTHING;
  const {status, results} = await resultsOf(request, text, isEverything);
  return {
    title: text === '' ? 'Search' : `${showLine(text.slice(0, 100))} · Search`,
    status,
    body: html`<h1 class="away">Search</h1>
${await searchForm(request, {text, isEverything})}
${results}
${await indexFacts(request)}
${HELP}`,
  };
}

/** Where a form's choice of another branch leads; undefined where it is this one, or every version. */
export function otherScope(request: PlaceRequest): string | undefined {
  const chosen = request.query.get('in');
  if (!chosen || chosen === EVERYTHING || !chosen.startsWith('refs/heads/')) return undefined;
  const revision = {family: 'branch', name: chosen.slice('refs/heads/'.length)} as const;
  const place = {...request.place, revision, view: 'search', path: ''} as const;
  return hrefOf(request.options, place, {q: request.query.get('q') ?? ''});
}

async function searchForm(
  request: PlaceRequest,
  {text, isEverything}: {text: string; isEverything: boolean},
): Promise<Html> {
  const {revision} = request;
  const here = revision.ref === undefined ? `commit ${shortOid(revision.commit)}` : shortRef(revision.ref);
  const others = (await listRefs(request.reader)).filter(
    ({name, commit}) => name.startsWith('refs/heads/') && name !== revision.ref && commit !== null,
  );
  return html`<form class="search" role="search" aria-label="Search files"><label class="away" for="query">Words, phrases and filters</label>
<input type="search" id="query" name="q" value="${text}" maxlength="4096" autocomplete="off" spellcheck="false">
<label>in <select name="in"><option value="">${showName(here)}</option><option value="${EVERYTHING}"${isEverything ? html` selected` : ''}>every version ever</option>${others.slice(0, REFS_OFFERED_MAX).map(({name}: ListedRef) => html`<option value="${name}">${showName(shortRef(name))}</option>`)}</select></label>
<button>Search</button></form>`;
}

interface Results {
  readonly status: 200 | 400;
  readonly results: Html;
}

async function resultsOf(request: PlaceRequest, text: string, isEverything: boolean): Promise<Results> {
  if (text === '') return {status: 200, results: html``};
  try {
    const query = parseQuery(text);
    const results = isEverything
      ? await everyVersion(request, {text, query})
      : await thisRevision(request, {text, query});
    return {status: 200, results: html`${unknownFilterNotes(query)}${results}`};
  } catch (error) {
    if (!(error instanceof CtrError && error.code === 'QUERY')) throw error;
    return {
      status: 400,
      results: html`<p class="notice bad" role="alert">${showLine(error.message)}. ${showLine(error.hint ?? '')}</p>`,
    };
  }
}

function unknownFilterNotes({unknownFilters = []}: Query): Html[] {
  return unknownFilters.map((unknown) => notice(showLine(unknownFilterWords(unknown))));
}

interface Asked {
  readonly text: string;
  readonly query: Query;
}

function limitOf({query}: PlaceRequest): number {
  const wanted = Number(query.get('limit') ?? HITS_STEP);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, HITS_MAX) : HITS_STEP;
}

async function thisRevision(request: PlaceRequest, {text, query}: Asked): Promise<Html> {
  const {reader, revision} = request;
  const limit = limitOf(request);
  const answer = await searchRevision(reader, revision, {
    query: text,
    limit,
    now: () => performance.now(),
    hasFacets: true,
  });
  const hits = answer.hits.map((hit) =>
    fileHit(hit, {query, href: hrefAt(request, {view: 'file', path: hit.path})}),
  );
  return html`${countLine(answer.total, hits.length, answer.tookMs, 'file')}
<div class="found"><div>${hits}${moreLink(request, {text, total: answer.total, shown: hits.length})}</div>
${answer.facets ? facetLists(request, {text, facets: answer.facets}) : ''}</div>`;
}

async function everyVersion(request: PlaceRequest, {text, query}: Asked): Promise<Html> {
  const answer = await searchEverything(request.reader, {
    query: text,
    limit: limitOf(request),
    now: () => performance.now(),
  });
  const hits = answer.hits.map((hit) => versionHit(request, hit, query));
  return html`${countLine(answer.total, hits.length, answer.tookMs, 'version')}
${hits}${moreLink(request, {text, total: answer.total, shown: hits.length})}`;
}

function countLine(total: number, shown: number, tookMs: number, what: string): Html {
  const best = shown < total && shown > 0 ? `, the best ${shown} shown` : '';
  return html`<p class="dim" role="status">${formatCount(total)} ${what}${total === 1 ? '' : 's'}${best} (${tookMs} ms)</p>`;
}

function versionHit(request: PlaceRequest, hit: FoundVersion, query: Query): Html {
  const {options, place} = request;
  const revision = {family: 'revision', name: hit.commit} as const;
  const href = hrefOf(options, {repo: place.repo, revision, view: 'file', path: hit.path});
  const where = hit.ref === null ? `as of ${shortOid(hit.commit)}` : `on ${showName(shortRef(hit.ref))}`;
  return fileHit(hit, {query, href, where});
}

function fileHit(
  {path, language, lines}: FoundFile,
  {query, href, where}: {query: Query; href: string; where?: string},
): Html {
  const shown = lines.slice(0, LINES_SHOWN);
  const left = lines.length - shown.length;
  return html`<section class="box hit" aria-label="${showName(path)}"><h2 class="box-title"><a href="${href}">${showBreakable(path)}</a><span class="dim">${where ?? ''} ${language ?? ''}</span></h2>
${shown.length === 0 ? '' : html`<div class="matches">${shown.map(({line, text}) => html`<div class="line"><a href="${plainHref(href, line)}">${line}</a><code>${marked(text, query)}</code></div>`)}</div>`}
${left > 0 ? html`<p class="more"><a href="${plainHref(href, lines[LINES_SHOWN]!.line)}">${left} more ${left === 1 ? 'line' : 'lines'}</a></p>` : ''}</section>
`;
}

/** Lines have numbers in the source of a document, not where it is rendered. */
function plainHref(href: string, line: number): string {
  return `${href}?plain=1#L${line}`;
}

function marked(text: string, query: Query): Html[] {
  const first = markLine(text.slice(0, 2000), query);
  // A long line is shown from a little before its first match.
  const before = first[0]?.isMatch === false ? first[0].text.length : 0;
  const start = text.length > LINE_MAX_CHARS && before > 60 ? before - 40 : 0;
  const shown = start === 0 ? text.slice(0, LINE_MAX_CHARS) : text.slice(start, start + LINE_MAX_CHARS);
  return markLine(shown.toWellFormed(), query).map(({text: part, isMatch}) =>
    isMatch ? html`<mark>${part}</mark>` : html`${part}`,
  );
}

function moreLink(
  request: PlaceRequest,
  {text, total, shown}: {text: string; total: number; shown: number},
): Html | '' {
  if (total <= shown || limitOf(request) >= HITS_MAX) return '';
  const limit = String(Math.min(HITS_MAX, limitOf(request) * 2));
  const scope = request.query.get('in') ?? undefined;
  return html`<p class="pages"><a href="${hrefAt(request, {view: 'search'}, {q: text, in: scope, limit})}">More</a></p>`;
}

const REASONS: Readonly<Record<string, string>> = {
  binary: 'binary',
  'too-large': 'too large',
  excluded: 'excluded by the owner',
  unreadable: 'unreadable for Git',
  refused: 'refused by the index',
};

/** How new the index is, and what words do not find. */
async function indexFacts(request: PlaceRequest): Promise<Html> {
  const {reader, revision, options} = request;
  const freshness = await readFreshness(reader, revision);
  const skipped = await cached(request, ['not indexed', revision.commit], {
    compute: async () => {
      const everything = {query: {clauses: []}, snapshot: revision.snapshot, limit: 0, hasFacets: true};
      return (await reader.store.search(everything)).facets?.notIndexed ?? [];
    },
    weigh: () => 500,
  });
  const list = skipped.map(({value, count}) => `${formatCount(count)} ${REASONS[value] ?? value}`).join(', ');
  const age =
    freshness.indexedAt === null ? undefined : options.now().getTime() - Date.parse(freshness.indexedAt);
  return html`<p class="dim facts">The index shows commit <code>${shortOid(revision.commit)}</code>${age === undefined ? '' : html`, indexed ${showAge(Math.max(0, age / 1000))} ago, ${showAge(freshness.lagSeconds ?? 0)} after it was committed`}. ${list === '' ? 'All files are found by their words.' : `Not found by words: ${list}.`}</p>`;
}

const HELP = html`<details class="help"><summary>How to search</summary>
<dl>
<dt><code>error handling</code></dt><dd>both words, in any order</dd>
<dt><code>"error handling"</code></dt><dd>one after the other</dd>
<dt><code>handl*</code></dt><dd>words that begin so</dd>
<dt><code>-deprecated</code></dt><dd>without this; works for every clause</dd>
<dt><code>path:docs</code>, <code>path:/src/**</code>, <code>path:*.md</code></dt><dd>where the file is</dd>
<dt><code>ext:ts</code></dt><dd>by extension</dd>
<dt><code>lang:python</code></dt><dd>by language</dd>
<dt><code>type:binary</code></dt><dd>text, binary, symlink, submodule or lfs</dd>
</dl>
<p>Case, accents and punctuation do not matter; <code>getUserName</code> is found by <code>user name</code>.</p>
</details>`;
