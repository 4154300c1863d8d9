import type {Context} from 'hono';
import {text} from './access/refusal.ts';

const ALLOW = 'GET, HEAD, OPTIONS';

/** Answers as `handler` does what only reads, tells what can be asked, and refuses the rest with 405. */
export function onlyRead(
  handler: (c: Context) => Response | Promise<Response>,
): (c: Context) => Response | Promise<Response> {
  return (c) => {
    const {method} = c.req;
    if (method === 'GET' || method === 'HEAD') return handler(c);
    if (method === 'OPTIONS') return new Response(null, {status: 204, headers: {Allow: ALLOW}});
    return text(405, 'There is nothing here that this method could change: it is only read.', {Allow: ALLOW});
  };
}
