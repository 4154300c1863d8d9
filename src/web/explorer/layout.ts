import {createHash} from 'node:crypto';
import type {Revision} from '../../read/resolve-revision.ts';
import type {AppOptions} from '../app-options.ts';
import {ASSETS} from './assets.ts';
import type {ExplorerUrl, Place} from './explorer-url.ts';
import {type Html, html, NOTHING, shortOid, shortRef, showName} from './html.ts';
import {hrefOf, type Page, rootOf} from './page-request.ts';

/** Where a page is: nowhere, in a repository, at a place of it. */
export interface PageSite {
  readonly options: AppOptions;
  readonly repo?: string | undefined;
  readonly place?: Place | undefined;
  /** The kind of page, where that is no place. */
  readonly page?: ExplorerUrl['page'] | undefined;
  /** The revision of the place. */
  readonly revision?: Pick<Revision, 'ref' | 'commit'> | undefined;
}

/** The whole page, and a tag that changes with it. */
export async function renderPage(site: PageSite, page: Page): Promise<{text: string; etag: string}> {
  const text = String(await frame(site, page));
  return {text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`};
}

function frame(site: PageSite, {title, body}: Page): Html {
  const {options, repo} = site;
  const end = [repo, 'ctr'].filter((part) => part !== undefined && part !== title);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${[title, ...end].map((part) => showName(part!)).join(' · ')}</title>
<link rel="stylesheet" href="${options.basePath}${ASSETS.style.path}">
<link rel="icon" href="${options.basePath}${ASSETS.icon.path}">
${feedLink(site)}<script src="${options.basePath}${ASSETS.script.path}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<nav class="names" aria-label="Repository">${repositoryLinks(site)}</nav>
${switcher(site)}${searchForm(site)}
</header>
${tabs(site)}
<main id="main" tabindex="-1">
${body}
</main>
<footer class="bottom">
<p>Shown by ctr from its index</p>
<button type="button" class="plain-button" id="show-keys" hidden>Keys</button>
</footer>
<p class="away" role="status" id="said"></p>
${KEYS}
</body>
</html>
`;
}

/** Opened by the page's script: without it, no key does anything. */
const KEYS = html`<dialog id="keys" class="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keys</h2>
<dl><dt><kbd>/</kbd></dt><dd>search</dd><dt><kbd>t</kbd></dt><dd>find a file</dd><dt><kbd>w</kbd></dt><dd>switch branch</dd><dt><kbd>y</kbd></dt><dd>permanent link</dd><dt><kbd>?</kbd></dt><dd>these keys</dd></dl>
<form method="dialog"><button>Close</button></form>
</dialog>`;

function feedLink({options, place}: PageSite): Html {
  if (!place || place.revision.family === 'revision') return NOTHING;
  const href = hrefOf(options, {...place, view: 'feed', path: ''});
  return html`<link rel="alternate" type="application/atom+xml" title="Commits" href="${href}">
`;
}

function repositoryLinks({options, repo}: PageSite): Html {
  const all = html`<a href="${hrefOf(options, {page: 'repositories'})}" class="home" title="All repositories">ctr</a>`;
  if (repo === undefined) return all;
  const root = hrefOf(options, rootOf(repo));
  return html`${all}<span aria-hidden="true">/</span><a href="${root}" class="repo">${showName(repo)}</a>`;
}

/** The place's own revision where there is one, else the default branch. */
function placeFor({repo, place}: PageSite): Place | undefined {
  return place ?? (repo === undefined ? undefined : rootOf(repo));
}

function searchForm(site: PageSite): Html {
  const place = placeFor(site);
  if (!place) return NOTHING;
  const action = hrefOf(site.options, {...place, view: 'search', path: ''});
  return html`<form class="find" role="search" action="${action}">
<input type="search" name="q" id="q" aria-label="Search this revision" placeholder="Search (/)" maxlength="4096" autocomplete="off">
<button>Search</button>
</form>`;
}

function tabs(site: PageSite): Html {
  const {options, repo, place, page} = site;
  const at = placeFor(site);
  if (repo === undefined || !at) return NOTHING;
  const current = (isHere = false) => (isHere ? html` aria-current="page"` : '');
  const tab = (text: string, href: string, isHere?: boolean) =>
    html`<a href="${href}"${current(isHere)}>${text}</a>`;
  const isFiles = place && ['tree', 'file', 'where'].includes(place.view);
  return html`<nav class="tabs" aria-label="Views">
${tab('Files', hrefOf(options, {...at, view: 'tree', path: ''}), isFiles)}
${tab('History', hrefOf(options, {...at, view: 'history', path: ''}), place?.view === 'history')}
<a id="finder" href="${hrefOf(options, {...at, view: 'find', path: ''})}"${current(place?.view === 'find')}>Find a file</a>
<a id="to-search" href="${hrefOf(options, {...at, view: 'search', path: ''})}"${current(place?.view === 'search')}>Search</a>
${tab('Branches', hrefOf(options, {page: 'branches', repo}), page === 'branches')}
${tab('Tags', hrefOf(options, {page: 'tags', repo}), page === 'tags')}
${tab('Compare', hrefOf(options, {page: 'compare', repo}), page === 'compare')}
</nav>`;
}

/** Says which revision this is, and leads to the others with the path kept. */
function switcher({options, place, revision}: PageSite): Html {
  if (!place || !revision) return NOTHING;
  const {ref, commit} = revision;
  const at = {view: place.view, path: place.path || undefined, at: ref};
  const permalink = hrefOf(options, {...place, revision: {family: 'revision', name: commit}});
  return html`<span class="revision"><a id="switch" href="${hrefOf(options, {page: 'refs', repo: place.repo}, at)}" title="Switch branch or tag (w)"><span class="kind">${ref === undefined ? 'at' : 'on'}</span> ${ref === undefined ? shortOid(commit) : showName(shortRef(ref))}</a>
<a id="permalink" href="${permalink}" title="Permanent link to this commit (y)"><code>${shortOid(commit)}</code></a></span>
`;
}
