import {EventEmitter} from 'node:events';
import type {ApiResponse} from '@opensearch-project/opensearch';
import type {
  TransportRequestOptions,
  TransportRequestParams,
} from '@opensearch-project/opensearch/lib/Transport.js';
import {connectionWithDeadline} from './http-connection.ts';

type ClientModule = typeof import('@opensearch-project/opensearch');

export interface TransportOptions {
  /** Without credentials. */
  readonly node: URL;
  /** Certificate in PEM of the authority that signed the server's. */
  readonly ca: Buffer | undefined;
  readonly auth: {readonly username: string; readonly password: string} | undefined;
  /** For one answer, from the first byte sent to the last one read. */
  readonly timeoutMs: number;
}

export interface OpenTransport {
  /** `signal`: closes the connection when it is aborted. */
  request(
    params: TransportRequestParams,
    options: TransportRequestOptions & {signal: AbortSignal | undefined},
  ): Promise<ApiResponse>;
  /** Nothing stays connected. */
  close(): Promise<void>;
}

/** Like the client's constructor (client 3.9, lib/Client.js), for one node and without retries. */
export async function openTransport({node, ca, auth, timeoutMs}: TransportOptions): Promise<OpenTransport> {
  const {Transport, Connection, ConnectionPool, Serializer} = await importLayers();
  const emitter = new EventEmitter();
  const emit = emitter.emit.bind(emitter);
  const connectionPool = new ConnectionPool({
    Connection: connectionWithDeadline(Connection, timeoutMs),
    resurrectStrategy: 'none',
    emit,
    ...(auth && {auth}),
  });
  connectionPool.addConnection({url: node, ...(ca && {ssl: {ca}})});
  const transport = new Transport({
    connectionPool,
    // Keys of documents are ours alone, and the check would walk through every text.
    serializer: new Serializer({
      disablePrototypePoisoningProtection: true,
      enableLongNumeralSupport: false,
    }),
    maxRetries: 0,
    requestTimeout: timeoutMs,
    sniffEndpoint: '',
    emit,
    ...(auth && {auth}),
  });
  return {
    // The parameters go to the connection as they are.
    request: async (params, {signal, ...options}) =>
      transport.request({...params, signal} as object as TransportRequestParams, options),
    close: () => new Promise((resolve) => connectionPool.empty(resolve)),
  };
}

/**
 * The layers below the client's methods, by the package's exported paths (`./*`) and not by its entry point: that one
 * loads all 530 files of methods, which took 60 ms of every command (measured). Upstream: opensearch-js #1132, whose
 * fix (#1133) still loads them. `test/unit/store/opensearch-client` fails when it no longer does.
 */
async function importLayers(): Promise<
  Pick<ClientModule, 'Transport' | 'Connection' | 'ConnectionPool' | 'Serializer'>
> {
  const [transport, connection, pool, serializer] = await Promise.all([
    import('@opensearch-project/opensearch/lib/Transport.js'),
    import('@opensearch-project/opensearch/lib/Connection.js'),
    import('@opensearch-project/opensearch/lib/pool/index.js'),
    import('@opensearch-project/opensearch/lib/Serializer.js'),
  ]);
  return {
    // CommonJS: each file exports the class itself, unlike its types.
    Transport: transport.default as unknown as ClientModule['Transport'],
    Connection: connection.default as unknown as ClientModule['Connection'],
    ConnectionPool: pool.ConnectionPool,
    Serializer: serializer.default as unknown as ClientModule['Serializer'],
  };
}
