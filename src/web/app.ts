import {Hono} from 'hono';
import {mountApi} from './api/mount-api.ts';
import type {AppOptions} from './app-options.ts';
import {mountExplorer} from './explorer/mount-explorer.ts';
import {mountGitHttp} from './git-http/mount-git-http.ts';
import {mountOperation} from './operation/mount-operation.ts';

/**
 * The whole server as one Hono app, without a port: `app.request()` tests it. The first route that fits answers, so
 * what has a fixed name comes before the explorer, whose first segment is a repository's name.
 */
export function createApp(options: AppOptions): Hono {
  const app = new Hono();
  const site = app.basePath(options.basePath);
  mountOperation(site, options);
  mountApi(site, options);
  mountGitHttp(site, options);
  mountExplorer(site, options);
  return app;
}
