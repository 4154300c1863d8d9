import type {IncomingMessage} from 'node:http';
import type {HttpBindings} from '@hono/node-server';
import type {Hono} from 'hono';
import {bodyLimit} from 'hono/body-limit';
import {text} from '../access/refusal.ts';
import {isGit, routeClassOf} from './route-class.ts';

/** The largest body that is no push: a search in the query DSL. */
const BODY_MAX_BYTES = 1024 * 1024;
/** How long a body that is no push may take to arrive. */
const BODY_MAX_MS = 30_000;
/** How long a connection may be silent while it is answered. */
const SILENCE_MAX_MS = 60_000;

declare module 'hono' {
  interface ContextVariableMap {
    /** True if Git reads the body, and applies its limits. */
    isBodyTaken: true | undefined;
  }
}

/** Limits of all requests except those that Git answers, which have their own. */
export function limitRequests(
  app: Hono,
  {basePath, bodyMaxMs = BODY_MAX_MS}: {basePath: string; bodyMaxMs?: number},
): void {
  const limitBody = bodyLimit({
    maxSize: BODY_MAX_BYTES,
    onError: () => text(413, `The request is larger than ${BODY_MAX_BYTES} bytes.`),
  });
  app.use('*', async (c, next) => {
    const {incoming} = (c.env ?? {}) as Partial<HttpBindings>;
    const limitTime = () => incoming && limitBodyTime(incoming, bodyMaxMs);
    if (isGit(routeClassOf(c.req.path.slice(basePath.length), c.req.query('service')))) {
      await next();
      // The body of a request that was refused goes on coming.
      if (!c.get('isBodyTaken')) limitTime();
      return;
    }
    limitTime();
    return c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : limitBody(c, next);
  });
}

/** The connection ends where the body has not arrived in time, be the request answered by then or not. */
function limitBodyTime(incoming: IncomingMessage, bodyMaxMs: number): void {
  const {socket} = incoming;
  socket.setTimeout(SILENCE_MAX_MS);
  const timer = setTimeout(() => incoming.complete || socket.destroy(), bodyMaxMs);
  timer.unref();
  incoming.once('close', () => clearTimeout(timer));
}
