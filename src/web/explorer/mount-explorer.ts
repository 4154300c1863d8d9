import type {Context, Hono} from 'hono';
import type {Cache} from '../../util/cache.ts';
import type {AppOptions} from '../app-options.ts';
import {IMMUTABLE_PUBLIC} from '../cache-control.ts';
import {withImported} from '../first-import.ts';
import type {Gate} from '../gate.ts';
import {onlyRead} from '../only-read.ts';
import {logFailure} from '../operation/operation-options.ts';
import {Problem, toProblem} from '../problem.ts';
import {publicOrigin} from '../public-origin.ts';
import {parseUrlQuery} from '../url-path.ts';
import {answerRepository} from './answer-repository.ts';
import {ASSETS} from './assets.ts';
import {type ExplorerUrl, parseUrl} from './explorer-url.ts';
import type {Page} from './page-request.ts';
import {failurePage} from './pages/error-page.ts';
import {repositoriesPage} from './pages/repositories-page.ts';
import {PAGE_HEADERS, respondPage} from './respond.ts';

/** Pages for people, from index and objects alone. */
export function mountExplorer(
  app: Hono,
  options: AppOptions,
  shared: {readonly gate: Gate; readonly cache: Cache},
): void {
  for (const {path, mime, bytes} of Object.values(ASSETS)) {
    const headers = {...PAGE_HEADERS, 'content-type': mime, 'cache-control': IMMUTABLE_PUBLIC};
    app.all(
      path,
      onlyRead((c) => c.body(new Uint8Array(bytes), 200, headers)),
    );
  }
  app.all(
    '*',
    onlyRead((c) => answer({c, options, ...shared})),
  );
}

interface Asked {
  readonly c: Context;
  readonly options: AppOptions;
  readonly cache: Cache;
  readonly gate: Gate;
}

async function answer(asked: Asked): Promise<Response> {
  const {c, options} = asked;
  const {pathname} = new URL(c.req.url);
  const url = parseUrl(pathname.slice(options.basePath.length));
  try {
    return await answerUrl(asked, url);
  } catch (error) {
    const problem = toProblem(error);
    // A bug that no log would tell is left to the caller of the app.
    if (problem.code === 'BUG' && !options.operation) throw error;
    if (problem.isFault) logFailure(options.operation, error);
    return respondPage(c, {options, repo: url && repoOf(url)}, failurePage(problem));
  }
}

async function answerUrl({c, options, cache, gate}: Asked, url: ExplorerUrl | undefined): Promise<Response> {
  if (!url) return respondPage(c, {options}, noSuchPage());
  const query = new URLSearchParams(parseUrlQuery(new URL(c.req.url).search));
  if (url.page === 'repositories')
    return respondPage(c, {options}, await repositoriesPage(options, {query, gate}));
  const repository = await options.site.findRepository(repoOf(url)!);
  if (!repository) return respondPage(c, {options}, noSuchPage());
  const origin = publicOrigin(c.req.raw);
  return withImported(repository, (reader) =>
    answerRepository(c, {options, cache, gate, repository, reader, origin, query}, url),
  );
}

function noSuchPage(): Page {
  return failurePage(new Problem('NOT_FOUND', 'there is no such page'));
}

function repoOf(url: ExplorerUrl): string | undefined {
  if (url.page === 'repositories') return undefined;
  return url.page === 'place' ? url.readings[0].repo : url.repo;
}
