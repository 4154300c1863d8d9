import {once} from 'node:events';
import type {Server} from 'node:http';
import type {GitProcesses} from '../git-http/git-processes.ts';
import type {LogLine} from '../operation/operation-options.ts';
import type {RouteClass} from '../operation/route-class.ts';
import type {RunningRequests} from '../operation/running-requests.ts';

/** How long what is no push may go on after the signal. */
const OTHERS_MAX_MS = 10_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

interface Running {
  readonly signals: EndSignals;
  readonly server: Server;
  readonly processes: GitProcesses;
  readonly requests: RunningRequests;
  readonly log: (line: LogLine) => void;
  /** How long pushes may go on after the signal. */
  readonly pushMaxMs: number;
}

/**
 * Resolves after a signal when nothing runs any more. After the first signal new requests are refused; pushes may run for
 * `pushMaxMs`, everything else for ten seconds. A second signal ends everything at once.
 */
export async function shutDown(running: Running): Promise<void> {
  const {signals, server, processes, requests, log, pushMaxMs} = running;
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
}

/** The first two signals that tell the process to end, noticed from its making on. */
export class EndSignals implements Disposable {
  readonly #first = Promise.withResolvers<void>();
  readonly #second = Promise.withResolvers<void>();
  #next = this.#first;
  readonly #onSignal = () => {
    this.#next.resolve();
    this.#next = this.#second;
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  get first(): Promise<void> {
    return this.#first.promise;
  }

  get second(): Promise<void> {
    return this.#second.promise;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
  }
}
