import type {Hono} from 'hono';
import {remember} from '../../util/remember.ts';
import {judge, OPEN_ACCESS} from '../access/access.ts';
import {refusal, text} from '../access/refusal.ts';
import type {AppOptions} from '../app-options.ts';
import {onlyRead} from '../only-read.ts';
import {checkHost} from './check-host.ts';
import {limitRequests} from './limit-requests.ts';
import {type Metrics, openMetrics} from './metrics.ts';
import {countUnready} from './readiness.ts';
import {watchRequests} from './watch-requests.ts';

/** More frequent requests get the same answer. */
const READINESS_MAX_AGE_MS = 1000;

/** `/healthz`, `/readyz`, `/metrics`, and what holds for every request: the access log, limits. */
export function mountOperation(app: Hono, options: AppOptions): void {
  const {operation, site, basePath} = options;
  const metrics = operation && openMetrics({...options, operation});
  if (operation && metrics) watchRequests(app, {...options, operation, metrics});
  limitRequests(app, {basePath});
  checkHost(app, options.hosts);
  app.all(
    '/healthz',
    onlyRead(() => text(200, 'ok')),
  );
  const readReadiness = remember(READINESS_MAX_AGE_MS, () => countUnready(site));
  app.all(
    '/readyz',
    onlyRead(async () => {
      const {unready, all} = await readReadiness();
      return unready === 0 ? text(200, 'ok') : text(503, `${unready} of ${all} indexes do not answer`);
    }),
  );
  if (metrics) mountMetrics(app, {...options, metrics});
}

/** Names of repositories are content: where reading takes a token, so do the metrics. */
function mountMetrics(app: Hono, {access = OPEN_ACCESS, metrics}: AppOptions & {metrics: Metrics}): void {
  app.all(
    '/metrics',
    onlyRead(async (c) => {
      const verdict = await judge(access, 'read', c.req.header('authorization'));
      if (verdict.kind !== 'allowed') return refusal(verdict, 'read');
      const body = await metrics.render();
      return text(200, body.trimEnd(), {'Content-Type': 'text/plain; version=0.0.4; charset=utf-8'});
    }),
  );
}
