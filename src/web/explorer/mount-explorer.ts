import type {Context, Hono} from 'hono';
import type {Reader} from '../../read/open-reader.ts';
import {WeightedCache} from '../../util/weighted-cache.ts';
import type {AppOptions} from '../app-options.ts';
import {matchesEtag} from '../raw-bytes.ts';
import type {SiteRepository} from '../site.ts';
import {ASSETS} from './assets.ts';
import {type ExplorerUrl, type Place, parseUrl} from './explorer-url.ts';
import {type PageSite, renderPage} from './layout.ts';
import {IMMUTABLE_PUBLIC, PAGE_HEADERS, RAW_HEADERS, REVALIDATED} from './page-headers.ts';
import {hrefOf, type Page, type PlaceRequest, type RepositoryRequest} from './page-request.ts';
import {commitPage} from './pages/commit-page.ts';
import {comparePage} from './pages/compare-page.ts';
import {BUG_PAGE, failurePage, missingPathPage, NO_SUCH_PAGE} from './pages/error-page.ts';
import {renderFeed} from './pages/feed.ts';
import {filePage} from './pages/file-page.ts';
import {findPage, respondPaths} from './pages/find-page.ts';
import {historyPage} from './pages/history-page.ts';
import {refsPage} from './pages/refs-page.ts';
import {repositoriesPage} from './pages/repositories-page.ts';
import {otherScope, searchPage} from './pages/search-page.ts';
import {treePage} from './pages/tree-page.ts';
import {wherePage} from './pages/where-page.ts';
import {respondRaw} from './raw.ts';
import {resolvePlace} from './resolve-place.ts';

const CACHE_MAX_BYTES = 64 * 1024 * 1024;

/** Pages for people, from index and objects alone. */
export function mountExplorer(app: Hono, options: AppOptions): void {
  const cache = new WeightedCache<unknown>(CACHE_MAX_BYTES);
  for (const {path, mime, bytes} of Object.values(ASSETS)) {
    app.get(path, (c) =>
      c.body(new Uint8Array(bytes), 200, {
        ...PAGE_HEADERS,
        'content-type': mime,
        'cache-control': IMMUTABLE_PUBLIC,
      }),
    );
  }
  app.get('*', (c) => answer({c, options, cache}));
}

interface Asked {
  readonly c: Context;
  readonly options: AppOptions;
  readonly cache: WeightedCache<unknown>;
}

async function answer(asked: Asked): Promise<Response> {
  const {c, options} = asked;
  const {pathname} = new URL(c.req.url);
  const url = parseUrl(pathname.slice(options.basePath.length));
  const repo = url && repoOf(url);
  try {
    if (!url) return await respondPage(asked, {options}, NO_SUCH_PAGE);
    if (repo === undefined) return await respondPage(asked, {options}, await repositoriesPage(options));
    const repository = await options.site.findRepository(repo);
    if (!repository) return await respondPage(asked, {options}, NO_SUCH_PAGE);
    return await repository.withReader((reader) => answerRepository(asked, {url, repository, reader}));
  } catch (error) {
    const page = failurePage(error);
    if (page) return respondPage(asked, {options, repo}, page);
    // Whoever runs the server finds the cause in its log; who asked sees a page.
    if (!options.operation) throw error;
    options.operation.log({type: 'error', message: error instanceof Error ? error.stack : String(error)});
    return respondPage(asked, {options}, BUG_PAGE);
  }
}

function repoOf(url: ExplorerUrl): string | undefined {
  if (url.page === 'repositories') return undefined;
  return url.page === 'place' ? url.readings[0].repo : url.repo;
}

async function answerRepository(
  asked: Asked,
  {url, repository, reader}: {url: ExplorerUrl; repository: SiteRepository; reader: Reader},
): Promise<Response> {
  const {c, options, cache} = asked;
  const query = new URL(c.req.url).searchParams;
  const request: RepositoryRequest = {options, cache, repository, reader, query};
  const site = {options, repo: repository.name};
  switch (url.page) {
    case 'repositories':
      return respondPage(asked, site, NO_SUCH_PAGE);
    case 'branches':
    case 'tags':
      return respondPage(asked, site, await refsPage(request, url.page));
    case 'compare':
      return respondPage(asked, site, await comparePage(request));
    case 'commit': {
      const page = await commitPage(request, url.oid);
      if (page.oid === url.oid) return respondPage(asked, site, page);
      return c.redirect(hrefOf(options, {...url, oid: page.oid}), 302);
    }
    case 'place':
      return answerPlace(asked, request, url.readings);
  }
}

async function answerPlace(
  asked: Asked,
  request: RepositoryRequest,
  readings: readonly [Place, ...Place[]],
): Promise<Response> {
  const {c, options} = asked;
  const {place, revision, isShort} = await resolvePlace(request.reader, readings);
  if (isShort) {
    const whole = {...place, revision: {family: 'revision', name: revision.commit}} as const;
    return c.redirect(hrefOf(options, whole, Object.fromEntries(request.query)), 302);
  }
  const at: PlaceRequest = {...request, place, revision};
  switch (place.view) {
    case 'raw':
      return respondRaw(at, c.req.raw);
    case 'feed':
      return respondText(asked, await renderFeed(at), 'application/atom+xml; charset=utf-8');
    case 'paths':
      return respondText(asked, await respondPaths(at), 'application/json');
    case 'search': {
      const other = otherScope(at);
      if (other !== undefined) return c.redirect(other, 302);
    }
  }
  const page = await pageOf(at);
  // A file's address that leads to a directory, or the other way round, is a link that somebody wrote by hand.
  if ('redirect' in page) return c.redirect(page.redirect, 302);
  const site = {options, repo: place.repo, place, revision};
  return respondPage(asked, site, page);
}

async function pageOf(request: PlaceRequest): Promise<Page | {redirect: string}> {
  const {place, options} = request;
  switch (place.view) {
    case 'history':
      return historyPage(request);
    case 'where':
      return wherePage(request);
    case 'search':
      return searchPage(request);
    case 'find':
      return findPage(request);
    case 'file': {
      const page = await filePage(request);
      if (page) return page;
      if (await treePage(request)) return {redirect: hrefOf(options, {...place, view: 'tree'})};
      return missingPathPage(request);
    }
    default: {
      const page = await treePage(request);
      if (page) return page;
      if (await filePage(request)) return {redirect: hrefOf(options, {...place, view: 'file'})};
      return missingPathPage(request);
    }
  }
}

async function respondPage({c}: Asked, site: PageSite, page: Page): Promise<Response> {
  const {text, etag} = await renderPage(site, page);
  const headers = {...PAGE_HEADERS, 'cache-control': REVALIDATED, etag};
  const {status = 200} = page;
  if (status === 200 && matchesEtag(c.req.header('if-none-match') ?? null, etag))
    return c.body(null, 304, headers);
  return c.body(text, status, {
    ...headers,
    'content-type': 'text/html; charset=utf-8',
    ...(status === 503 && {'retry-after': '5'}),
  });
}

/** For programs: never shown as a page. */
function respondText({c}: Asked, text: string, mime: string): Response {
  return c.body(text, 200, {...RAW_HEADERS, 'content-type': mime, 'cache-control': REVALIDATED});
}
