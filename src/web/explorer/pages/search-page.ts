import {FILTER_KEYS, FILTERS, type Filter, isAbout} from '../../../domain/query/filters.ts';
import {parseAnyQuery} from '../../../domain/query/parse-query.ts';
import type {QueryNotes} from '../../../domain/query/query.ts';
import {unknownFilterWords} from '../../../domain/query/unknown-filters.ts';
import {type ListedRef, listRefs} from '../../../read/list-refs.ts';
import {readFreshness} from '../../../read/read-freshness.ts';
import {countNotIndexed, type FoundHere, search} from '../../../read/search.ts';
import {CtrError} from '../../../util/ctr-error.ts';
import {formatCount} from '../../../util/format.ts';
import {
  type Html,
  html,
  NOTHING,
  shortOid,
  shortRef,
  showAge,
  showDate,
  showLine,
  showName,
} from '../html.ts';
import {cached, hrefAt, hrefIn, hrefOf, type Page, type PlaceRequest} from '../page-request.ts';
import {notice} from '../parts.ts';
import {COMMITS, commitList} from './search-commits-list.ts';
import {facetLists} from './search-facets.ts';
import {type Asked, countLine, EVERYTHING, fileHit, limitOf, moreLink} from './search-hit.ts';
import {offersHere} from './search-offers.ts';
import {everyVersion} from './search-versions.ts';

const REFS_OFFERED_MAX = 200;

/** Search for files or commits, within the revision or over every version, and how to. */
export async function searchPage(request: PlaceRequest): Promise<Page> {
  const text = (request.query.get('q') ?? '').trim();
  const isEverything = request.query.get('in') === EVERYTHING;
  const {status, results, isAboutCommits} = await resultsOf(request, text, isEverything);
  return {
    title: text === '' ? 'Search' : `${showLine(text.slice(0, 100))} · Search`,
    status,
    body: html`<h1 class="away">Search</h1>
${await searchForm(request, {text, isEverything})}
${kindTabs(request, {text, isAboutCommits})}
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
  const {q = '', type} = Object.fromEntries(request.query);
  return hrefOf(request.options, place, {q, type});
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
  return html`<form class="search" role="search" aria-label="Search files and commits"><label class="away" for="query">Words, phrases and filters</label>
<input type="search" id="query" name="q" value="${text}" maxlength="4096" autocomplete="off" spellcheck="false">
<label>in <select name="in"><option value="">${showName(here)}</option><option value="${EVERYTHING}"${isEverything ? html` selected` : ''}>every version ever</option>${others.slice(0, REFS_OFFERED_MAX).map(({name}: ListedRef) => html`<option value="${name}">${showName(shortRef(name))}</option>`)}</select></label>
${asksForCommits(request) ? html`<input type="hidden" name="type" value="${COMMITS}">` : ''}<button>Search</button></form>`;
}

/** True if the tab of commits was chosen; a query may also be about commits by itself. */
function asksForCommits({query}: PlaceRequest): boolean {
  return query.get('type') === COMMITS;
}

/** The same text, searched in files or in commits. A query about commits cannot be asked of files. */
function kindTabs(
  request: PlaceRequest,
  {text, isAboutCommits}: {text: string; isAboutCommits: boolean},
): Html {
  const where = request.query.get('in') ?? undefined;
  const tab = (name: string, isHere: boolean, query: Record<string, string | undefined>) =>
    html`<a href="${hrefAt(request, {view: 'search'}, {in: where, ...query})}"${isHere ? html` aria-current="page"` : ''}>${name}</a>`;
  const forFiles = isAboutCommits && !asksForCommits(request) ? undefined : text;
  return html`<nav class="tabs" aria-label="What is searched">${tab('Files', !isAboutCommits, {q: forFiles})}${tab('Commits', isAboutCommits, {q: text, type: COMMITS})}</nav>`;
}

interface Results {
  readonly status: 200 | 400;
  readonly isAboutCommits: boolean;
  readonly results: Html;
}

async function resultsOf(request: PlaceRequest, text: string, isEverything: boolean): Promise<Results> {
  let isAboutCommits = asksForCommits(request);
  if (text === '') return {status: 200, isAboutCommits, results: html``};
  try {
    const parsed = parseAnyQuery(text, {isAboutCommits, now: request.options.now()});
    isAboutCommits = 'commits' in parsed;
    const query = 'commits' in parsed ? parsed.commits : parsed.files;
    const results =
      'commits' in parsed
        ? await commitList(request, {text, query: parsed.commits})
        : await fileList(request, {text, query: parsed.files}, isEverything);
    return {status: 200, isAboutCommits, results: html`${unknownFilterNotes(query)}${results}`};
  } catch (error) {
    if (!(error instanceof CtrError && error.code === 'QUERY')) throw error;
    return {
      status: 400,
      isAboutCommits,
      results: html`<p class="notice bad" role="alert">${showLine(error.message)}. ${showLine(error.hint ?? '')}</p>`,
    };
  }
}

function fileList(request: PlaceRequest, asked: Asked, isEverything: boolean): Promise<Html> {
  return isEverything ? everyVersion(request, asked) : thisRevision(request, asked);
}

function unknownFilterNotes({unknownFilters}: QueryNotes): Html[] {
  return unknownFilters.map((unknown) => notice(showLine(unknownFilterWords(unknown))));
}

/** The link to a hit; where the query names other revisions, one of these. */
function placeOf(request: PlaceRequest, {path, commit, ref}: FoundHere): {href: string; where?: string} {
  if (commit === request.revision.commit) return {href: hrefAt(request, {view: 'file', path})};
  const revision = {family: 'revision', name: commit} as const;
  const href = hrefOf(request.options, {repo: request.place.repo, revision, view: 'file', path});
  return {href, where: `in ${ref === null ? shortOid(commit) : showName(shortRef(ref))}`};
}

function lastChange(request: PlaceRequest, {changed}: FoundHere): Html {
  if (!changed) return NOTHING;
  const link = hrefIn(request, {page: 'commit', oid: changed.commit});
  return html` changed ${showDate(changed.date, request.options.now())} · <a href="${link}"><code>${shortOid(changed.commit)}</code></a>`;
}

async function thisRevision(request: PlaceRequest, {text, query}: Asked): Promise<Html> {
  const {reader, revision} = request;
  const limit = limitOf(request);
  const answer = await search(reader, {
    ref: revision,
    query,
    limit,
    now: () => performance.now(),
    hasFacets: true,
  });
  const hits = answer.hits.map((hit) =>
    fileHit(hit, {...placeOf(request, hit), more: lastChange(request, hit)}),
  );
  return html`${countLine(answer.total, hits.length, answer.tookMs, 'file')}
${answer.notes.map((note) => notice(showLine(note)))}
${answer.total === 0 ? await offersHere(request, {text, query}) : ''}
<div class="found"><div>${hits}${answer.total > hits.length ? moreLink(request, text) : ''}</div>
${answer.facets ? facetLists(request, {text, query, facets: answer.facets}) : ''}</div>`;
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
    compute: () => countNotIndexed(reader, revision),
    weigh: () => 500,
  });
  const list = skipped.map(({value, count}) => `${formatCount(count)} ${REASONS[value] ?? value}`).join(', ');
  const {indexedAt, lagSeconds} = freshness;
  return html`<p class="dim facts">The index shows commit <code>${shortOid(revision.commit)}</code>${indexedAt === null ? '' : html`, indexed ${showDate(indexedAt, options.now())}, ${showAge(lagSeconds ?? 0)} after it was committed`}. ${list === '' ? 'All files are found by their words.' : `Not found by words: ${list}.`}</p>`;
}

function filterHelp(isWanted: (filter: Filter) => boolean): Html[] {
  return FILTERS.filter(isWanted).map(
    (
      filter,
    ) => html`<dt><code>${FILTER_KEYS[filter].example}</code></dt><dd>${FILTER_KEYS[filter].meaning}</dd>
`,
  );
}

const HELP = html`<details class="help"><summary>How to search</summary>
<dl>
<dt><code>error handling</code></dt><dd>both words, in the text or in the path</dd>
<dt><code>"error handling"</code></dt><dd>one after the other</dd>
<dt><code>handl*</code></dt><dd>words that begin so</dd>
<dt><code>-deprecated</code></dt><dd>without this; works for every clause</dd>
<dt><code>retry OR (backoff -test)</code></dt><dd>one or the other</dd>
<dt><code>/fo+\\(/</code></dt><dd>a regular expression (RE2), line by line</dd>
${filterHelp((filter) => !isAbout(filter, 'commit'))}</dl>
<h3>Commits instead of files</h3>
<dl>
<dt><code>fix author:ada</code></dt><dd>words of the message; the other operators work, too</dd>
<dt><code>sub:"=&gt; {" type:commit</code></dt><dd>commits that bring or take away this text</dd>
${filterHelp((filter) => isAbout(filter, 'commit'))}</dl>
<p>Case, accents and punctuation do not matter; <code>getUserName</code> is found by <code>user name</code>, <code>v1.4.2</code> by <code>1.4.2</code>.</p>
</details>`;
