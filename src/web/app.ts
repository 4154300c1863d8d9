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

/**
 * The whole server as one Hono app, without a port: `app.request()` tests it. The first route that fits answers, so
 * what has a fixed name comes before the explorer, whose first segment is a repository's name.
 */
export function createApp(options: AppOptions): Hono {
  const app = new Hono();
  const gate = new Gate();
  app.onError((error) => {
    logFailure(options.operation, error);
    return text(500, "Something went wrong here. The server's log tells what.");
  });
  const site = app.basePath(options.basePath);
  compressAnswers(site, options);
  mountOperation(site, options);
  mountAccess(site, options);
  mountApi(site, options, gate);
  mountGitHttp(site, options);
  mountExplorer(site, options, gate);
  return app;
}
