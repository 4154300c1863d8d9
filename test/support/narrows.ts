import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';

/** A way to a server on which the stream stands still after so many bytes, so that a client can be met in the middle. */
export interface Narrows extends AsyncDisposable {
  /** With a slash at the end. */
  readonly url: string;
  /** Resolves when a connection stands still. */
  readonly reached: Promise<void>;
  /** Every connection is broken off. */
  cut(): void;
}

/** `upBytes` pass to the server, `downBytes` from it, on each connection. */
export async function openNarrows(
  {url}: {readonly url: string},
  {
    upBytes = Number.POSITIVE_INFINITY,
    downBytes = Number.POSITIVE_INFINITY,
  }: {upBytes?: number; downBytes?: number},
): Promise<Narrows> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const reached = Promise.withResolvers<void>();
  const server = createServer((client) => {
    const onward = connect(Number(target.port), target.hostname);
    pass(client, onward, {maxBytes: upBytes, onReached: reached.resolve});
    pass(onward, client, {maxBytes: downBytes, onReached: reached.resolve});
    for (const socket of [client, onward]) sockets.add(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    reached: reached.promise,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function pass(
  from: Socket,
  to: Socket,
  {maxBytes, onReached}: {maxBytes: number; onReached: () => void},
): void {
  let passed = 0;
  from.on('data', (chunk: Buffer) => {
    passed += chunk.length;
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => passed < maxBytes && from.resume());
    }
    if (passed < maxBytes) return;
    from.pause();
    onReached();
  });
  from.on('error', () => to.destroy());
  from.on('end', () => to.end());
  from.on('close', () => to.destroy());
}
