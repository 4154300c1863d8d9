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

/** What holds for every request but those of Git, which have limits of their own. */
export function limitRequests(app: Hono, {basePath}: {basePath: string}): void {
  const limitBody = bodyLimit({
    maxSize: BODY_MAX_BYTES,
    onError: () => text(413, `The request is larger than ${BODY_MAX_BYTES} bytes.`),
  });
  app.use('*', async (c, next) => {
    if (isGit(routeClassOf(c.req.path.slice(basePath.length), c.req.query('service')))) return next();
    const {incoming, outgoing} = (c.env ?? {}) as Partial<HttpBindings>;
    if (incoming && outgoing) {
      incoming.socket.setTimeout(SILENCE_MAX_MS);
      const timer = setTimeout(() => incoming.complete || incoming.socket.destroy(), BODY_MAX_MS);
      outgoing.once('close', () => clearTimeout(timer));
    }
    return c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : limitBody(c, next);
  });
}
