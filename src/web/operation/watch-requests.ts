import type {HttpBindings} from '@hono/node-server';
import type {Context, Hono} from 'hono';
import type {AppOptions} from '../app-options.ts';
import type {Metrics} from './metrics.ts';
import type {OperationOptions} from './operation-options.ts';
import {routeClassOf} from './route-class.ts';

const USER_AGENT_KEPT_CHARS = 200;
const PATH_KEPT_CHARS = 2000;
/** Nginx's number for it. */
const STATUS_CLIENT_LEFT = 499;

/**
 * Counts and logs every request, when its last byte is sent or its client has disconnected. The line has no query and no
 * header except the user agent, because tokens and search terms are private.
 */
export function watchRequests(
  app: Hono,
  {operation, basePath, metrics}: AppOptions & {operation: OperationOptions; metrics: Metrics},
): void {
  app.use('*', async (c, next) => {
    const {incoming, outgoing} = c.env as HttpBindings;
    const route = routeClassOf(c.req.path.slice(basePath.length), c.req.query('service'));
    const startedMs = performance.now();
    const sentBefore = incoming.socket.bytesWritten;
    operation.requests.add(outgoing, route);
    outgoing.once('close', () => {
      const seconds = (performance.now() - startedMs) / 1000;
      const status = outgoing.headersSent ? outgoing.statusCode : STATUS_CLIENT_LEFT;
      metrics.count({route, method: c.req.method, status, seconds});
      operation.log({
        type: 'request',
        ...describe(c, {incoming, outgoing}),
        route,
        status,
        ms: Math.round(seconds * 1000),
        bytes: incoming.socket.bytesWritten - sentBefore,
      });
    });
    await next();
  });
}

function describe(c: Context, {incoming, outgoing}: HttpBindings) {
  return {
    remote: incoming.socket.remoteAddress,
    token: c.get('token')?.name,
    method: c.req.method,
    path: incoming.url?.replace(/\?.*$/s, '').slice(0, PATH_KEPT_CHARS),
    agent: c.req.header('user-agent')?.slice(0, USER_AGENT_KEPT_CHARS),
    ...(!outgoing.writableFinished && {isCutOff: true}),
  };
}
