import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';

/** A way to a server that can be made unreliable. */
export interface Storm extends AsyncDisposable {
  /** Without a slash at the end, as settings have it. */
  readonly url: string;
  /** From now on, connections break, stand still, or are refused, by the numbers that `random` gives. */
  rise(random: () => number): void;
  /** Connections pass everything again; the broken ones are closed. */
  settle(): void;
}

/** The fate of one connection: everything passes, or it ends after some bytes in one of two ways. */
interface Fate {
  readonly kind: 'pass' | 'cut' | 'stand still';
  readonly direction: 'up' | 'down';
  readonly afterBytes: number;
}

const CALM: Fate = {kind: 'pass', direction: 'up', afterBytes: Number.POSITIVE_INFINITY};
const BYTES_MAX = 20_000;

/** Opens a calm way to the server at `target`. */
export async function openStorm(target: string): Promise<Storm> {
  const {hostname, port} = new URL(target);
  const sockets = new Set<Socket>();
  let chooseFate = (): Fate => CALM;
  const server = createServer((client) => {
    const fate = chooseFate();
    const onward = connect(Number(port), hostname);
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    pass({from: client, to: onward}, fate.direction === 'up' ? fate : CALM);
    pass({from: onward, to: client}, fate.direction === 'down' ? fate : CALM);
  });
  const closeAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rise(random) {
      // Connections that are open already would outlast the storm.
      closeAll();
      chooseFate = () => drawFate(random);
    },
    settle() {
      closeAll();
      chooseFate = () => CALM;
    },
    async [Symbol.asyncDispose]() {
      closeAll();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

function drawFate(random: () => number): Fate {
  const drawn = random();
  return {
    kind: drawn < 0.5 ? 'pass' : drawn < 0.85 ? 'cut' : 'stand still',
    direction: random() < 0.5 ? 'up' : 'down',
    afterBytes: Math.floor(random() * BYTES_MAX),
  };
}

function pass({from, to}: {from: Socket; to: Socket}, {kind, afterBytes}: Fate): void {
  let passed = 0;
  from.on('data', (chunk: Buffer) => {
    passed += chunk.length;
    if (passed > afterBytes) {
      if (kind === 'cut') from.destroy();
      else from.pause();
      return;
    }
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
  });
  from.on('error', () => to.destroy());
  from.on('end', () => to.end());
  from.on('close', () => to.destroy());
}
