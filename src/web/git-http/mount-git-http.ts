import type {HttpBindings} from '@hono/node-server';
import type {Context, Hono} from 'hono';
import type {Site, SiteRepository} from '../../app/site/site.ts';
import {readFetchDefaults} from '../../git/fetch-defaults.ts';
import {judge, OPEN_ACCESS} from '../access/access.ts';
import {refusal, text} from '../access/refusal.ts';
import type {AppOptions, GitHttpOptions} from '../app-options.ts';
import {onlyRead} from '../only-read.ts';
import {exchange} from './exchange.ts';
import {deedOf} from './git-processes.ts';
import {DUMB, type GitRequest, parseGitRequest} from './git-request.ts';

/** Limit of a fetch request, which contains only names of commits. */
const FETCH_BODY_MAX_BYTES = 16 * 1024 * 1024;
/** A push says before its pack which refs it moves. */
const PUSH_COMMANDS_MAX_BYTES = 64 * 1024 * 1024;
const RETRY_AFTER_SECONDS = 10;

/** Clone, fetch and push over smart HTTP, for `/<repo>.git` and for `/<repo>`, the address of the explorer. */
export function mountGitHttp(app: Hono, options: AppOptions): void {
  const {git, site, basePath} = options;
  if (!git) return;
  for (const path of ['info/refs', 'git-upload-pack', 'git-receive-pack']) {
    app.all(`/:repo/${path}`, async (c, next) => {
      const {name, hasSuffix, repository} = await findRepository(site, c.req.param('repo'));
      const request = parseRequest(c, path);
      // A file of the repository may be called info/refs: without the suffix and the word of a Git client it is meant.
      if (!hasSuffix && !isFromGit(c, path)) return next();
      if (request.kind === 'refused') return text(request.status, request.reason, request.headers);
      if (!repository) return text(404, `There is no repository ${JSON.stringify(name)} here.`);
      return answer(c, {request, repository, options: {...options, git}});
    });
  }
  app.all('/:repo{[^/]+\\.git}', async (c, next) => {
    const {name, hasSuffix, repository} = await findRepository(site, c.req.param('repo'));
    if (!hasSuffix || !repository) return next();
    return onlyRead(() => c.redirect(`${basePath}/${encodeURIComponent(name)}/`))(c);
  });
  app.all('/:repo{[^/]+\\.git}/*', async (c, next) => {
    const {hasSuffix} = await findRepository(site, c.req.param('repo'));
    return hasSuffix ? text(403, DUMB) : next();
  });
}

/** By its whole name, else without the `.git` that Git's users write. */
async function findRepository(site: Site, segment: string) {
  const whole = await site.findRepository(segment);
  if (whole || !segment.endsWith('.git')) return {name: segment, hasSuffix: false, repository: whole};
  const name = segment.slice(0, -'.git'.length);
  return {name, hasSuffix: true, repository: await site.findRepository(name)};
}

function isFromGit(c: Context, path: string): boolean {
  return path === 'info/refs' ? c.req.query('service') !== undefined : c.req.method === 'POST';
}

function parseRequest(c: Context, path: string): GitRequest {
  return parseGitRequest({
    method: c.req.method,
    path,
    service: c.req.query('service'),
    contentType: c.req.header('content-type'),
    contentEncoding: c.req.header('content-encoding'),
  });
}

interface GitTask {
  readonly request: Extract<GitRequest, {kind: 'git'}>;
  readonly repository: SiteRepository;
  readonly options: AppOptions & {readonly git: GitHttpOptions};
}

async function answer(c: Context, {request, repository, options}: GitTask): Promise<Response> {
  const {git, access = OPEN_ACCESS} = options;
  if (repository.gitDir === undefined) {
    return text(
      404,
      'This server has the index of the repository only: there is nothing to clone or push to.',
    );
  }
  const isPush = deedOf(request) === 'push';
  const scope = isPush ? 'push' : 'read';
  const verdict = await judge(access, scope, c.req.header('authorization'));
  if (verdict.kind !== 'allowed') return refusal(verdict, scope);
  c.set('token', verdict.token);
  const bodyMaxBytes = isPush ? git.pushMaxBytes + PUSH_COMMANDS_MAX_BYTES : FETCH_BODY_MAX_BYTES;
  const contentLength = contentLengthOf(c);
  if (contentLength !== undefined && contentLength > bodyMaxBytes) {
    return text(413, `The request is larger than ${bodyMaxBytes} bytes.`);
  }
  const settings = isPush ? [] : await readFetchDefaults(repository.gitDir);
  const {incoming, outgoing} = c.env as HttpBindings;
  const backend = git.processes.start({
    ...request,
    gitDir: repository.gitDir,
    settings,
    contentLength,
    protocol: c.req.header('git-protocol'),
    remoteUser: verdict.token?.name,
    remoteAddress: incoming.socket.remoteAddress,
    packMaxBytes: git.pushMaxBytes,
  });
  if (!backend) return busy();
  // Only silence ends an exchange, however long it takes.
  incoming.socket.setTimeout(git.idleMs);
  c.set('isBodyTaken', true);
  return exchange({incoming, outgoing}, backend, {
    isPush,
    bodyMaxBytes,
    idleMs: git.idleMs,
    onFailure: (words) => git.onFailure({repository: repository.name, service: request.service, words}),
  });
}

function busy(): Response {
  return text(503, 'Too many clones, fetches and pushes run at this moment. Try again a little later.', {
    'Retry-After': String(RETRY_AFTER_SECONDS),
  });
}

function contentLengthOf(c: Context): number | undefined {
  const length = c.req.header('content-length');
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}
