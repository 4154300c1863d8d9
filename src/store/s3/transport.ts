import http from 'node:http';
import https from 'node:https';
import type {Socket} from 'node:net';
import {readFailure, S3Failure} from './s3-failure.ts';

/** The transport interface of the minio client, with a way to end it. */
export interface S3Transport {
  readonly transport: Pick<typeof http, 'request'>;
  readonly agent: http.Agent;
  /** Every request that runs or comes fails from now on. */
  close(): void;
}

/**
 * HTTP for the minio client, by its public option `transport`. The client has no timeouts (minio-js #722: as intended).
 * Here a connection is cut, and its request fails, when no byte moves in either direction for `timeoutMs`, from the
 * first DNS packet on. A request that waits for a free connection waits for others that end in this way.
 *
 * Every answer but 2xx fails the request with an `S3Failure`. The client loses the status and the code of answers that
 * it considers worth a retry (since minio-js #1390; `test/unit/store/minio-client` fails when it no longer does).
 */
export function openTransport(options: TransportOptions): S3Transport {
  const {isTls, ca, timeoutMs, connectionsMax} = options;
  // The agent gives `timeout` to each socket as it is created, before it connects.
  const agentOptions = {keepAlive: true, maxSockets: connectionsMax, timeout: timeoutMs};
  const agent = isTls ? new https.Agent({...agentOptions, ...(ca && {ca})}) : new http.Agent(agentOptions);
  const closed = new AbortController();

  function request(
    requestOptions: http.RequestOptions,
    onResponse: (response: http.IncomingMessage) => void,
  ) {
    const module = isTls ? https : http;
    const sent = module.request({...requestOptions, timeout: timeoutMs, signal: closed.signal});
    sent.on('response', (response) => {
      const {statusCode = 0} = response;
      if (statusCode >= 200 && statusCode < 300) onResponse(response);
      else void readFailure(response).then((failure) => sent.emit('error', failure));
    });
    sent.on('socket', (socket) => cutWhenSilent(sent, socket, timeoutMs));
    return sent;
  }

  return {
    // The client calls it one way only; the type wants all overloads.
    transport: {request: request as typeof http.request},
    agent,
    close() {
      closed.abort();
      agent.destroy();
    },
  };
}

export interface TransportOptions {
  readonly isTls: boolean;
  /** Certificates in PEM that are trusted instead of the built-in ones. */
  readonly ca?: string | undefined;
  readonly timeoutMs: number;
  readonly connectionsMax: number;
}

/** Node only tells of the silence; who is to blame for it, and what follows, is decided here. */
function cutWhenSilent(sent: http.ClientRequest, socket: Socket, timeoutMs: number): void {
  let response: http.IncomingMessage | undefined;
  let wasReaderSlow = false;
  const onTimeout = () => {
    const readBytes = socket.bytesRead;
    // A reader that does not read, not a server that does not send. One that has just begun to read again must
    // give the server time to send. Node's timer has fired: wind it up.
    const isReaderSlow = response !== undefined && (response.isPaused() || response.readableLength > 0);
    if (isReaderSlow || wasReaderSlow) {
      wasReaderSlow = isReaderSlow;
      socket.setTimeout(timeoutMs);
      return;
    }
    // Where this process was busy, bytes may be waiting: Node runs timers before it reads, this after it.
    setImmediate(() => {
      if (socket.bytesRead === readBytes) cut();
    });
  };
  const cut = () => {
    const failure = new S3Failure({code: 'Timeout', message: `no answer for ${timeoutMs} ms`});
    // Of a request that has its response, Node reports the end as "aborted"; the response keeps our reason.
    if (response === undefined) sent.destroy(failure);
    else response.destroy(failure);
  };
  sent.on('response', (received) => {
    response = received;
  });
  socket.on('timeout', onTimeout);
  // The socket serves other requests afterwards.
  sent.on('close', () => socket.off('timeout', onTimeout));
}
