import {Hono} from 'hono';
import {mountAccess} from './access/mount-access.ts';
import {text} from './access/refusal.ts';
import {mountApi} from './api/mount-api.ts';
import type {AppOptions} from './app-options.ts';
import {compressAnswers} from './compress-answers.ts';
import {mountExplorer} from './explorer/mount-explorer.ts';
import {Gate} from './gate.ts';
import {mountGitHttp} from './git-http/mount-git-http.ts';
import {logFailure} from './operation/log-failure.ts';
import {mountOperation} from './operation/mount-operation.ts';
import {forwardReads} from './reads/forward-reads.ts';

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
  const gate = new Gate();
  mountApi(site, options, gate);
  mountGitHttp(site, options);
  mountExplorer(site, options, gate);
  return app;
}

/** What a process for reads answers: the pages and the API. It compresses them, too; access, limits and the log are the server's. */
export function createReadApp(options: AppOptions): Hono {
  const {app, site} = startApp(options);
  compressAnswers(site, options);
  const gate = new Gate();
  mountApi(site, options, gate);
  mountExplorer(site, options, gate);
  return app;
}

function startApp({basePath, operation}: AppOptions): {app: Hono; site: Hono} {
  const app = new Hono();
  app.onError((error) => {
    logFailure(operation, error);
    return text(500, "Something went wrong here. The server's log tells what.");
  });
  return {app, site: app.basePath(basePath)};
}
