import {once} from 'node:events';
import type {Server} from 'node:http';
import type {GitProcesses} from '../../web/git-http/git-processes.ts';
import type {LogLine} from '../../web/operation/operation-options.ts';
import type {RouteClass} from '../../web/operation/route-class.ts';
import type {RunningRequests} from '../../web/operation/running-requests.ts';

/** How long what is no push may go on after the signal. */
const OTHERS_MAX_MS = 10_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

interface Running {
  readonly server: Server;
  readonly processes: GitProcesses;
  readonly requests: RunningRequests;
  readonly log: (line: LogLine) => void;
  /** How long pushes may go on after the signal. */
  readonly pushMaxMs: number;
}

/**
 * Resolves when the process was told to end and nothing runs any more. From the first signal on nobody new is let in;
 * pushes may go on for `pushMaxMs`, all else for ten seconds. A second signal ends everything at once.
 */
export async function shutDown({server, processes, requests, log, pushMaxMs}: Running): Promise<void> {
  const signals = watchSignals();
  await signals.first;
  log({type: 'shutdown', message: 'told to end: waiting for what runs'});
  const closed = once(server, 'close');
  server.close();
  const isPush = (route: RouteClass) => route === 'git-push';
  const cutOthers = setTimeout(() => requests.cut((route) => !isPush(route)), OTHERS_MAX_MS);
  const endAll = () => {
    processes.kill(['fetch', 'push']);
    requests.cut(() => true);
    server.closeAllConnections();
  };
  const endPushes = setTimeout(endAll, pushMaxMs);
  void signals.second.then(endAll);
  await requests.ended(
    () => true,
    () => server.closeIdleConnections(),
  );
  // A push whose client has left may still be ending.
  await processes.ended(['fetch', 'push']);
  clearTimeout(cutOthers);
  clearTimeout(endPushes);
  server.closeAllConnections();
  await closed;
  signals.stop();
}

/** The first two signals that tell the process to end. */
function watchSignals() {
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let next = first;
  const onSignal = () => {
    next.resolve();
    next = second;
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    first: first.promise,
    second: second.promise,
    stop() {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
