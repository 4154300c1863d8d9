import {Hono} from 'hono';
import {Cache} from '../util/cache.ts';
import {mountAccess} from './access/mount-access.ts';
import {text} from './access/refusal.ts';
import {mountApi} from './api/mount-api.ts';
import type {AppOptions} from './app-options.ts';
import {compressAnswers} from './compress-answers.ts';
import {mountExplorer} from './explorer/mount-explorer.ts';
import {Gate} from './gate.ts';
import {mountGitHttp} from './git-http/mount-git-http.ts';
import {mountOperation} from './operation/mount-operation.ts';
import {logFailure} from './operation/operation-options.ts';
import {forwardReads} from './server/read-processes/forward-reads.ts';

/** Of what answers were made of lately. The paths of 400,000 files take 70 MB. */
const MEMORY_MAX_BYTES = 96 * 1024 * 1024;

/**
 * The whole server as one Hono app, without a port: `app.request()` tests it. The first route that fits answers, so
 * what has a fixed name comes before the explorer, whose first segment is a repository's name.
 */
export function createApp(options: AppOptions): Hono {
  const {reads} = options;
  const {app, site} = startApp(options);
  if (!reads) compressAnswers(site, options);
  mountOperation(site, options);
  mountAccess(site, options);
  if (reads) {
    forwardReads(site, '/api/v1/*', {...options, reads});
    mountGitHttp(site, options);
    forwardReads(site, '*', {...options, reads});
    return app;
  }
  const shared = openShared();
  mountApi(site, options, shared);
  mountGitHttp(site, options);
  mountExplorer(site, options, shared);
  return app;
}

/** The app of a read process: pages and API, with compression. The server does access, limits and the log. */
export function createReadApp(options: AppOptions): Hono {
  const {app, site} = startApp(options);
  compressAnswers(site, options);
  const shared = openShared();
  mountApi(site, options, shared);
  mountExplorer(site, options, shared);
  return app;
}

/** Parts that pages and API share. */
function openShared(): {gate: Gate; cache: Cache} {
  return {gate: new Gate(), cache: new Cache(MEMORY_MAX_BYTES)};
}

function startApp({basePath, operation}: AppOptions): {app: Hono; site: Hono} {
  const app = new Hono();
  app.onError((error) => {
    logFailure(operation, error);
    return text(500, "Something went wrong here. The server's log tells what.");
  });
  return {app, site: app.basePath(basePath)};
}
