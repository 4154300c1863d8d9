import type {Context} from 'hono';
import {isOid} from '../../read/find-commit.ts';
import {openFile} from '../../read/read-file.ts';
import {resolveReadings} from '../../read/resolve-revision.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {IMMUTABLE, REVALIDATED} from '../cache-control.ts';
import {answerRaw} from '../raw-bytes.ts';
import type {ExplorerUrl, Place} from './explorer-url.ts';
import {hrefOf, type Page, type PlaceRequest, type RepositoryRequest} from './page-request.ts';
import {commitPage} from './pages/commit-page.ts';
import {comparePage} from './pages/compare-page.ts';
import {missingPathPage} from './pages/error-page.ts';
import {renderFeed} from './pages/feed.ts';
import {filePage} from './pages/file-page.ts';
import {findPage} from './pages/find-page.ts';
import {historyPage} from './pages/history-page.ts';
import {noHeadPage} from './pages/no-head-page.ts';
import {refsPage} from './pages/refs-page.ts';
import {otherScope, searchPage} from './pages/search-page.ts';
import {treePage} from './pages/tree-page.ts';
import {wherePage} from './pages/where-page.ts';
import {RAW_HEADERS, respondPage, respondText} from './respond.ts';

/** A URL within one repository. */
export type RepositoryUrl = Exclude<ExplorerUrl, {page: 'repositories'}>;

/** The answer to a request about one repository. @throws what readers throw */
export async function answerRepository(
  c: Context,
  request: RepositoryRequest,
  url: RepositoryUrl,
): Promise<Response> {
  const {options, repository, gate} = request;
  const site = {options, repo: repository.name, page: url.page};
  switch (url.page) {
    case 'branches':
    case 'tags':
    case 'refs': {
      const {page} = url;
      return respondPage(c, site, await gate.pass(() => refsPage(request, page)));
    }
    case 'compare':
      return respondPage(c, site, await gate.pass(() => comparePage(request)));
    case 'commit': {
      const page = await gate.pass(() => commitPage(request, url.oid));
      if (page.oid === url.oid) return respondPage(c, site, page);
      return c.redirect(hrefOf(options, {...url, oid: page.oid}), 302);
    }
    case 'place':
      return answerReadings(c, request, url.readings);
  }
}

async function answerReadings(
  c: Context,
  request: RepositoryRequest,
  readings: readonly [Place, ...Place[]],
): Promise<Response> {
  const resolved = await resolveReadings(request.reader, readings);
  if (!resolved) return respondNoHead(c, request, readings[0]);
  const {reading: place, revision} = resolved;
  const isOid = place.revision.family === 'revision' && revision.ref === undefined;
  if (!isOid || place.revision.name === revision.commit) return answerPlace(c, {...request, place, revision});
  // An oid was shortened: the whole one is its address.
  const whole = {...place, revision: {family: 'revision', name: revision.commit}} as const;
  return c.redirect(hrefOf(request.options, whole, Object.fromEntries(request.query)), 302);
}

/** The repository's own page shows what there is instead; anything else that is asked of HEAD is not there. */
async function respondNoHead(c: Context, request: RepositoryRequest, asked: Place): Promise<Response> {
  const page = await request.gate.pass(() => noHeadPage(request));
  const isRoot = asked.view === 'tree' && asked.path === '';
  const site = {options: request.options, repo: request.repository.name};
  return respondPage(c, site, isRoot ? page : {...page, status: 404});
}

async function answerPlace(c: Context, request: PlaceRequest): Promise<Response> {
  const {options, place} = request;
  const answer = await answerView(c, request);
  if (answer instanceof Response) return answer;
  if ('redirect' in answer) return c.redirect(answer.redirect, 302);
  return respondPage(c, {options, repo: place.repo, place, revision: request.revision}, answer);
}

async function answerView(c: Context, request: PlaceRequest): Promise<Response | Page | {redirect: string}> {
  const {gate} = request;
  switch (request.place.view) {
    case 'tree':
    case 'file':
      return treeOrFile(request, request.place.view);
    case 'raw':
      return (await respondRaw(request, c.req.raw)) ?? missing(request);
    case 'history':
      return gate.pass(() => historyPage(request));
    case 'where':
      return gate.pass(() => wherePage(request));
    case 'search': {
      const redirect = otherScope(request);
      return redirect === undefined ? gate.pass(() => searchPage(request)) : {redirect};
    }
    case 'find':
      return findPage(request);
    case 'feed':
      return respondText(
        c,
        await gate.pass(() => renderFeed(request)),
        'application/atom+xml; charset=utf-8',
      );
  }
}

/** A file's address that leads to a directory, or the other way round, is a link that was written by hand. */
async function treeOrFile(request: PlaceRequest, view: 'tree' | 'file'): Promise<Page | {redirect: string}> {
  const pages = {tree: treePage, file: filePage};
  const page = await pages[view](request);
  if (page) return page;
  const other = view === 'tree' ? 'file' : 'tree';
  if (await pages[other](request))
    return {redirect: hrefOf(request.options, {...request.place, view: other})};
  return missing(request);
}

function missing(request: PlaceRequest): Promise<Page> {
  return request.gate.pass(() => missingPathPage(request));
}

/** The bytes of the file, or the part of them that was asked for; undefined where there is no such file. */
async function respondRaw(
  {reader, place, revision}: PlaceRequest,
  request: Request,
): Promise<Response | undefined> {
  const file = await openFile(reader, {path: place.path, ref: revision}).catch(orMissing);
  if (!file) return undefined;
  const isForEver = place.revision.family === 'revision' && isOid(place.revision.name);
  const cacheControl = isForEver ? IMMUTABLE : REVALIDATED;
  const answer = await answerRaw(request, file, {cacheControl});
  for (const [header, value] of Object.entries(RAW_HEADERS)) answer.headers.set(header, value);
  return answer;
}

function orMissing(error: unknown): undefined {
  if (error instanceof CtrError && error.code === 'NOT_FOUND') return undefined;
  throw error;
}
