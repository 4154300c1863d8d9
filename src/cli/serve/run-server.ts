import {once} from 'node:events';
import type {Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createAdaptorServer} from '@hono/node-server';
import {CtrError} from '../../util/ctr-error.ts';
import {escapeText} from '../../util/escape-text.ts';
import {createApp} from '../../web/app.ts';
import type {AppOptions} from '../../web/app-options.ts';
import {GitProcesses} from '../../web/git-http/git-processes.ts';
import {knownHosts} from '../../web/operation/check-host.ts';
import type {LogLine} from '../../web/operation/operation-options.ts';
import {RunningRequests} from '../../web/operation/running-requests.ts';
import type {Site} from '../../web/site.ts';
import type {CliContext, CommonOptions} from '../context.ts';
import {type Output, openOutput} from '../output.ts';
import {openSite} from './open-site.ts';
import {openBacklogReader} from './read-backlogs.ts';
import {readServeSettings, type ServeSettings} from './serve-settings.ts';
import {shutDown} from './shut-down.ts';

/** How long a client may take to send the head of a request. */
const HEAD_MAX_MS = 30_000;

/** Serves until the process is told to end (SIGTERM, SIGINT), and then until what runs has ended. */
export async function runServer(
  context: CliContext,
  common: CommonOptions,
  named: string | undefined,
): Promise<void> {
  const serving = await readServeSettings(context, common, named);
  const {settings, root} = serving;
  const log = openLog(context, common);
  const processes = new GitProcesses(settings['ctr.serve.gitMax']);
  const requests = new RunningRequests();
  await using site = await openSite(context, common, root);
  await assertServable(site);
  const app = createApp({
    site,
    basePath: settings['ctr.serve.basePath'],
    now: context.now,
    hosts: knownHosts({listen: settings['ctr.serve.listen'], named: settings['ctr.serve.hosts']}),
    ...accessAndGit(serving, processes, log),
    operation: {log, requests, readBacklogs: openBacklogReader(site, context.now)},
  });
  // No limit for a whole request: a push may take hours. What is no push has limits of its own.
  const serverOptions = {requestTimeout: 0, headersTimeout: HEAD_MAX_MS};
  const server = createAdaptorServer({fetch: app.fetch, serverOptions}) as Server;
  const address = await listen(server, settings['ctr.serve.listen']);
  sayWhere(`http://${address}${settings['ctr.serve.basePath']}/`, openOutput(context, common));
  await shutDown({server, processes, requests, log, pushMaxMs: settings['ctr.serve.shutdownSeconds'] * 1000});
}

function accessAndGit(
  {settings, tokensDirectory}: ServeSettings,
  processes: GitProcesses,
  log: (line: LogLine) => void,
): Pick<AppOptions, 'access' | 'git'> {
  return {
    access: {isReadTokenRequired: settings['ctr.serve.readTokenRequired'], tokensDirectory},
    git: {
      processes,
      pushMaxBytes: settings['ctr.serve.pushMaxBytes'],
      idleMs: settings['ctr.serve.idleSeconds'] * 1000,
      onFailure: (failure) => log({type: 'git', ...failure}),
    },
  };
}

function sayWhere(url: string, output: Output): void {
  if (output.isJson) output.json({url});
  else output.line(url);
}

/** What is wrong for good is said at once, and not to the first visitor. A server that is down may come back. */
async function assertServable(site: Site): Promise<void> {
  await site.listRepositories().catch((error: unknown) => {
    if (!(error instanceof CtrError) || !error.isRetryable) throw error;
  });
}

/** Returns host and port as a URL has them. */
async function listen(server: Server, at: string): Promise<string> {
  const colon = at.lastIndexOf(':');
  const host = at.slice(0, colon);
  server.listen(Number(at.slice(colon + 1)), host.replace(/^\[|\]$/g, ''));
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new CtrError('CONFIG', `cannot listen at ${at}: ${(cause as Error).message}`, {
      hint: 'Set another address with --listen or ctr.serve.listen.',
      cause,
    });
  }
  return `${host}:${(server.address() as AddressInfo).port}`;
}

/** One JSON line each, on stderr. What came from outside cannot act on a terminal. */
function openLog({stderr, now}: CliContext, {quiet}: CommonOptions): (line: LogLine) => void {
  return (line) => {
    if (quiet && line['type'] === 'request') return;
    const escaped = Object.entries(line).map(([key, value]) => [
      key,
      typeof value === 'string' ? escapeText(value) : value,
    ]);
    stderr.write(`${JSON.stringify({at: now().toISOString(), ...Object.fromEntries(escaped)})}\n`);
  };
}
