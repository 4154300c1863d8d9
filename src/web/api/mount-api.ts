import type {IncomingMessage} from 'node:http';
import {Readable} from 'node:stream';
import type {Hono} from 'hono';
import type {Site, SiteRepository} from '../../app/site/site.ts';
import type {Cache} from '../../util/cache.ts';
import {type Access, OPEN_ACCESS} from '../access/access.ts';
import type {AppOptions} from '../app-options.ts';
import {REVALIDATED} from '../cache-control.ts';
import type {Gate} from '../gate.ts';
import {openGitTargets} from '../git-targets.ts';
import {logFailure} from '../operation/operation-options.ts';
import {Problem, toProblem} from '../problem.ts';
import {parseUrlQuery} from '../url-path.ts';
import {answerRefs, answerRepositories, REFS_QUERY, REPOSITORIES_QUERY} from './answer-listing.ts';
import {answerProblem} from './answer-problem.ts';
import {answerRevision, type RevisionServices} from './answer-revision.ts';
import {answerSearch, SITE_SEARCH_QUERY} from './answer-search.ts';
import {allowOf, answerOptions} from './endpoint.ts';
import {ENDPOINTS} from './endpoints/endpoints.ts';
import {describeApi} from './open-api.ts';
import {parseParameters} from './parameters.ts';
import {parseRoute, type Route} from './route.ts';
import {openWaits} from './wait-for-commit.ts';

const LISTING_METHODS = ['GET'] as const;
const PREFIX = '/api/v1';

interface Api {
  readonly site: Site;
  readonly base: string;
  readonly access: Access;
  readonly services: RevisionServices;
}

/**
 * `/api/v1`: JSON for programs, and the OpenSearch gateway. Every URL is read here, not by routes: where a ref's name
 * ends is known only when the index has been asked.
 */
export function mountApi(
  app: Hono,
  {site, basePath, now, operation, access = OPEN_ACCESS}: AppOptions,
  shared: {readonly gate: Gate; readonly cache: Cache},
): void {
  const services: RevisionServices = {
    endpoints: new Map(ENDPOINTS.map((endpoint) => [endpoint.word, endpoint])),
    readTargets: openGitTargets({now}),
    waitForCommit: openWaits({now}),
    ...shared,
    now,
  };
  const api: Api = {site, base: basePath + PREFIX, access, services};
  app.all(`${PREFIX}/*`, async (c) => {
    const {incoming} = (c.env ?? {}) as {incoming?: IncomingMessage};
    try {
      return withSafeHeaders(await answer(api, c.req.raw, incoming));
    } catch (error) {
      const problem = toProblem(error);
      if (problem.isFault) logFailure(operation, error);
      return withSafeHeaders(answerProblem(problem));
    }
  });
}

async function answer(api: Api, request: Request, incoming: IncomingMessage | undefined): Promise<Response> {
  const {site, base, services} = api;
  const {pathname, search} = new URL(request.url);
  const route = parseRoute(pathname.slice(base.length), [...services.endpoints.keys()]);
  if (route === undefined) throw notFound();
  const pairs = parseUrlQuery(search);
  if (route.kind === 'revision') {
    const repository = await findRepository(site, route.repository);
    const body = () => readBody(request, incoming);
    return answerRevision(services, {
      repository,
      readings: route.readings,
      pairs,
      request,
      readBody: body,
    });
  }
  if (request.method === 'OPTIONS') return answerOptions(LISTING_METHODS);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw notReading(request.method);
  return Response.json(await answerListing(api, route, pairs), {
    headers: {'Cache-Control': REVALIDATED},
  });
}

async function answerListing(
  {site, base, access, services}: Api,
  route: Exclude<Route, {kind: 'revision'}>,
  pairs: [string, string][],
): Promise<object> {
  switch (route.kind) {
    case 'document':
      return describeApi(base, access);
    case 'repositories':
      return answerRepositories(site, parseParameters(REPOSITORIES_QUERY, pairs), services.readTargets);
    case 'search': {
      const query = parseParameters(SITE_SEARCH_QUERY, pairs);
      return services.gate.pass(() => answerSearch(site, query, services.now));
    }
    case 'refs':
      return answerRefs(
        await findRepository(site, route.repository),
        parseParameters(REFS_QUERY, pairs),
        services.readTargets,
      );
  }
}

async function findRepository(site: Site, name: string): Promise<SiteRepository> {
  const found = await site.findRepository(name);
  if (found) return found;
  throw new Problem('NOT_FOUND', `there is no repository ${JSON.stringify(name)} here`, {
    hint: `${PREFIX}/repositories lists what is here.`,
  });
}

/** Pages of other origins read nothing here: no CORS headers, and nothing that they could embed. */
function withSafeHeaders(response: Response): Response {
  response.headers.set('X-Content-Type-Options', 'nosniff');
  response.headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  if (!response.headers.has('Content-Security-Policy')) {
    response.headers.set('Content-Security-Policy', "default-src 'none'; sandbox");
  }
  return response;
}

function notFound(): Problem {
  return new Problem('NOT_FOUND', 'the API has nothing under this address', {
    hint: `${PREFIX}/openapi.json describes what there is.`,
  });
}

function notReading(method: string): Problem {
  return new Problem('METHOD', `the API only reads, and knows no ${method} here`, {
    headers: {Allow: allowOf(LISTING_METHODS)},
  });
}

const BODY_MAX_BYTES = 1024 * 1024;

/**
 * The bytes of a question's body, at most 1 MB. OpenSearch takes a body with GET, which a `Request` cannot have: then
 * it is read from the connection.
 * @throws Problem 413.
 */
async function readBody(request: Request, incoming: IncomingMessage | undefined): Promise<Buffer> {
  const isGet = request.method === 'GET' || request.method === 'HEAD';
  const source = isGet ? incoming : request.body && Readable.fromWeb(request.body as never);
  if (!source) return Buffer.alloc(0);
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of source as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > BODY_MAX_BYTES) {
      throw new Problem('TOO_LARGE', `the body is larger than ${BODY_MAX_BYTES} bytes`);
    }
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}
