import {once} from 'node:events';
import type {AddressInfo} from 'node:net';
import {createAdaptorServer} from '@hono/node-server';
import {readConfig} from '../config/read-config.ts';
import {createApp} from '../web/app.ts';
import type {CliContext, CommonOptions} from './context.ts';
import {openSite, resolveSiteRoot} from './open-site.ts';
import {openOutput} from './output.ts';

/** Serves until the process is told to end. */
export async function runServer(
  context: CliContext,
  common: CommonOptions,
  root: string | undefined,
): Promise<void> {
  const siteRoot = resolveSiteRoot(context, common, root);
  const gitDir = siteRoot.kind === 'repository' ? siteRoot.gitDir : undefined;
  const config = await readConfig({gitDir, flags: common.flags, env: context.env});
  const basePath = config.settings['ctr.serve.basePath'];
  await using site = await openSite(context, common, siteRoot);
  const app = createApp({site, basePath, now: context.now});
  const server = createAdaptorServer({fetch: app.fetch});
  const {host, port} = parseListen(config.settings['ctr.serve.listen']);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  openOutput(context, common).line(
    `http://${host.includes(':') ? `[${host}]` : host}:${address.port}${basePath}/`,
  );
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  server.close();
}

function parseListen(listen: string): {host: string; port: number} {
  const colon = listen.lastIndexOf(':');
  return {host: listen.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(listen.slice(colon + 1))};
}
