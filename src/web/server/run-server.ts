import {once} from 'node:events';
import type {Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createAdaptorServer} from '@hono/node-server';
import type {AppContext, CommonOptions} from '../../app/context.ts';
import {openSite} from '../../app/site/open-site.ts';
import {openBacklogReader} from '../../app/site/read-backlogs.ts';
import type {Site} from '../../app/site/site.ts';
import {CtrError} from '../../util/ctr-error.ts';
import {createApp} from '../app.ts';
import {GitProcesses} from '../git-http/git-processes.ts';
import {knownHosts} from '../operation/check-host.ts';
import type {LogLine} from '../operation/operation-options.ts';
import {RunningRequests} from '../operation/running-requests.ts';
import {openLog} from './log.ts';
import {ReadPool} from './read-processes/read-pool.ts';
import {readServeSettings, type ServeSettings, webSettings} from './serve-settings.ts';
import {EndSignals, shutDown} from './shut-down.ts';

/** How long a client may take to send the head of a request. */
const HEAD_MAX_MS = 30_000;
/** A query of 4,096 ideographs is 37 KB in a URL. */
const HEAD_MAX_BYTES = 48 * 1024;

/** `onListening` gets the address as a URL. Serves until the process is told to end (SIGTERM, SIGINT), and then until what runs has ended. */
export async function runServer(
  context: AppContext,
  common: CommonOptions,
  {named, onListening}: {named: string | undefined; onListening: (url: string) => void},
): Promise<void> {
  const serving = await readServeSettings(context, common, named);
  const {settings, root} = serving;
  const log = openLog(context, common);
  const processes = new GitProcesses(settings['ctr.serve.gitMax']);
  const requests = new RunningRequests();
  await using site = await openSite(context, common, root);
  await assertServable(site);
  await using reads = openReads(common, serving, log);
  const app = createApp({
    site,
    now: context.now,
    hosts: knownHosts(settings['ctr.serve.listen'], settings['ctr.serve.hosts']),
    ...webSettings(serving, {processes, log}),
    reads,
    operation: {log, requests, readBacklogs: openBacklogReader(site, context.now)},
  });
  // No limit for a whole request: a push may take hours. What is no push has limits of its own.
  const serverOptions = {requestTimeout: 0, headersTimeout: HEAD_MAX_MS, maxHeaderSize: HEAD_MAX_BYTES};
  const server = createAdaptorServer({fetch: app.fetch, serverOptions}) as Server;
  // Before anybody can know that it runs: who reads the address may end it at once.
  using signals = new EndSignals();
  const address = await listen(server, settings['ctr.serve.listen']);
  onListening(`http://${address}${settings['ctr.serve.basePath']}/`);
  await shutDown({
    signals,
    server,
    processes,
    requests,
    log,
    pushMaxMs: settings['ctr.serve.shutdownSeconds'] * 1000,
  });
}

/** Pages, searches and the API are answered in processes of their own: a query of SQLite cannot be ended otherwise. */
function openReads(
  common: CommonOptions,
  {settings, named}: ServeSettings,
  log: (line: LogLine) => void,
): ReadPool {
  return new ReadPool({
    start: {common: {...common, flags: [...common.flags]}, root: named},
    processesMax: settings['ctr.serve.readProcessesMax'],
    readMaxMs: settings['ctr.serve.readSeconds'] * 1000,
    onEnd: ({pid}) => log({type: 'read-process', pid, message: 'ended, and is replaced when it is needed'}),
  });
}

/** Reports permanent errors at the start, not to the first visitor. A backend that is down may come back. */
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
