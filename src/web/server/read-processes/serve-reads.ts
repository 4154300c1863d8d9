import {once} from 'node:events';
import type {IncomingMessage, Server} from 'node:http';
import {join} from 'node:path';
import {createAdaptorServer, type HttpBindings} from '@hono/node-server';
import {keepHeapSmall, processContext} from '../../../app/context.ts';
import {openSite} from '../../../app/site/open-site.ts';
import {wantedSignal, whileWanted} from '../../../util/wanted.ts';
import {createReadApp} from '../../app.ts';
import {GitProcesses} from '../../git-http/git-processes.ts';
import type {LogLine} from '../../operation/operation-options.ts';
import {logFailure} from '../../operation/operation-options.ts';
import {RunningRequests} from '../../operation/running-requests.ts';
import {openLog} from '../log.ts';
import {readServeSettings, webSettings} from '../serve-settings.ts';
import {type FromReadProcess, ID_HEADER, SOCKET, type Start, type ToReadProcess} from './protocol.ts';

/** Size of the largest head that the server accepts, with the header that it adds. */
const HEAD_MAX_BYTES = 64 * 1024;

keepHeapSmall();

// A signal to the whole group (Ctrl-C) concerns the server: it lets what runs end, and then ends its processes.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);

const running = new Set<number>();

process.on('message', (message: ToReadProcess) => {
  if (message.kind === 'start') serve(message).catch(giveUp);
  else tell({kind: 'which', question: message.question, running: [...running]});
});

function tell(message: FromReadProcess): void {
  process.send!(message);
}

/** Clients are told to come again; the log has why. */
function giveUp(error: unknown): void {
  logFailure({log: openLog(processContext(), {quiet: false})}, error);
  process.exitCode = 1;
  process.disconnect();
}

async function serve({common: given, root}: Start): Promise<void> {
  const context = processContext();
  const common = {...given, flags: new Map(given.flags)};
  const serving = await readServeSettings(context, common, root);
  const write = openLog(context, common);
  // What fails for a client that has gone is what its leaving has ended.
  const log = (line: LogLine) => void (wantedSignal()?.aborted || write(line));
  const app = createReadApp({
    site: await openSite(context, common, serving.root),
    now: context.now,
    ...webSettings(serving, {processes: new GitProcesses(0), log}),
    operation: {log, requests: new RunningRequests(), readBacklogs: async () => []},
  });
  const server = createAdaptorServer({
    fetch: (request, env) => work(request, env as HttpBindings, () => app.fetch(request, env)),
    serverOptions: {requestTimeout: 0, maxHeaderSize: HEAD_MAX_BYTES},
  }) as Server;
  server.listen(join(process.argv[2]!, SOCKET));
  await once(server, 'listening');
  tell({kind: 'listening'});
}

/** The request is known as running until its answer is made, whether its client is there or not. */
async function work(
  request: Request,
  {incoming}: HttpBindings,
  answer: () => Response | Promise<Response>,
): Promise<Response> {
  const id = Number((incoming as IncomingMessage).headers[ID_HEADER]);
  running.add(id);
  try {
    return await whileWanted(request.signal, answer);
  } finally {
    running.delete(id);
  }
}
