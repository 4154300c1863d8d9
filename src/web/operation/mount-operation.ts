import type {Context, Hono} from 'hono';
import {remember} from '../../util/remember.ts';
import {judge, OPEN_ACCESS} from '../access/access.ts';
import {refusal, text} from '../access/refusal.ts';
import type {AppOptions} from '../app-options.ts';
import {onlyRead} from '../only-read.ts';
import {checkHost} from './check-host.ts';
import {indexMetrics} from './index-metrics.ts';
import {limitRequests} from './limit-requests.ts';
import type {OperationOptions} from './operation-options.ts';
import {type Metric, renderMetrics} from './prometheus.ts';
import {countUnready} from './readiness.ts';
import {RequestMetrics} from './request-metrics.ts';
import {ROUTE_CLASSES} from './route-class.ts';
import {watchRequests} from './watch-requests.ts';

/** Whoever asks more often is told the same. */
const READINESS_MAX_AGE_MS = 1000;
const BACKLOGS_MAX_AGE_MS = 2000;

/** `/healthz`, `/readyz`, `/metrics`, and what holds for every request: the access log, limits. */
export function mountOperation(app: Hono, options: AppOptions): void {
  const {operation, site, basePath} = options;
  const metrics = new RequestMetrics();
  if (operation) watchRequests(app, {...options, operation, metrics});
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
  if (operation) mountMetrics(app, {...options, operation, metrics});
}

/** Names of repositories are content: where reading takes a token, so do the metrics. */
function mountMetrics(
  app: Hono,
  {
    access = OPEN_ACCESS,
    git,
    operation,
    metrics,
    reads,
  }: AppOptions & {operation: OperationOptions; metrics: RequestMetrics},
): void {
  const readBacklogs = remember(BACKLOGS_MAX_AGE_MS, operation.readBacklogs);
  const answer = async (c: Context) => {
    const verdict = await judge(access, 'read', c.req.header('authorization'));
    if (verdict.kind !== 'allowed') return refusal(verdict, 'read');
    const running = ROUTE_CLASSES.map((route) => ({labels: {route}, value: operation.requests.count(route)}));
    const deeds = (['fetch', 'push'] as const).map((deed) => ({
      labels: {deed},
      value: git?.processes.count(deed) ?? 0,
    }));
    const body = renderMetrics([
      ...metrics.metrics(),
      gauge('ctr_http_requests_running', 'Requests that are being answered.', running),
      gauge('ctr_git_processes', 'Gits that run for clients.', deeds),
      gauge('ctr_read_processes', 'Processes that answer reads.', [{value: reads?.size ?? 0}]),
      ...indexMetrics(await readBacklogs()),
      gauge(
        'process_resident_memory_bytes',
        'Memory of the server, without the gits and the read processes.',
        [{value: process.memoryUsage.rss()}],
      ),
    ]);
    return text(200, body.trimEnd(), {'Content-Type': 'text/plain; version=0.0.4; charset=utf-8'});
  };
  app.all('/metrics', onlyRead(answer));
}

function gauge(name: string, help: string, samples: Metric['samples']): Metric {
  return {name, type: 'gauge', help, samples};
}
