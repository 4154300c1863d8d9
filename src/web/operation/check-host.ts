import type {Hono} from 'hono';
import {text} from '../access/refusal.ts';

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The hosts that a request may name, in lower case and without a port; undefined for any. `listen`: `host:port`.
 *
 * A hostile page can make its own host name lead to a loopback address (DNS rebinding), and then read a server there as
 * its own origin. So on loopback only its own names and those in `named` are accepted.
 */
export function knownHosts(listen: string, named: readonly string[]): ReadonlySet<string> | undefined {
  // As the system reads an address: `127.1` is 127.0.0.1, too.
  const own = URL.parse(`http://${listen}`)?.hostname ?? '';
  const isLoopback = LOOPBACK.includes(own) || own.startsWith('127.') || own === '[::ffff:7f00:1]';
  if (!isLoopback && named.length === 0) return undefined;
  return new Set([...LOOPBACK, ...(isLoopback ? [own] : []), ...named.map((host) => host.toLowerCase())]);
}

/** Refuses requests for other hosts. Not with 421, which makes some clients repeat the request. */
export function checkHost(app: Hono, hosts: ReadonlySet<string> | undefined): void {
  if (!hosts) return;
  app.use('*', async (c, next) =>
    hosts.has(hostOf(c.req.header('host')))
      ? next()
      : text(403, 'This server is not known by this host name: ctr.serve.hosts lists its names.'),
  );
}

function hostOf(header = ''): string {
  return header.replace(/:\d*$/, '').toLowerCase();
}
