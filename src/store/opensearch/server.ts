import {readFile} from 'node:fs/promises';
import {CtrError} from '../../util/ctr-error.ts';
import {killPoint} from '../../util/kill-point.ts';
import {type RetryPolicy, type RetryTools, retry} from '../../util/retry.ts';
import {joining} from './joined-requests.ts';
import type {ServerAnswer, ServerRequest} from './server-request.ts';
import {
  type ErrorAnswer,
  isCancelled,
  isTooLate,
  tookTooLong,
  translateAnswer,
  translateFailure,
} from './translate-error.ts';
import {openTransport} from './transport.ts';

export interface ServerOptions extends RetryTools {
  /** May carry user and password; what is shown never does. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile?: string | undefined;
  /** For one answer, from the first byte sent to the last one read; and no request is tried again later than this. */
  readonly timeoutMs: number;
}

/** One OpenSearch: requests in, answers or CtrErrors out, each within the time limit. */
export interface Server extends AsyncDisposable {
  /** Without credentials. */
  readonly url: string;
  readonly tools: RetryTools;
  /** For one answer. */
  readonly timeoutMs: number;
  /** Tries once. */
  sendOnce(request: ServerRequest): Promise<ServerAnswer>;
  /** Tries again under load and when the connection breaks. */
  send(request: ServerRequest): Promise<ServerAnswer>;
}

/** Together some 10 s of waiting: a restarting node is back by then, and a queue tries later anyway. */
const REQUEST_RETRIES: RetryPolicy = {attemptsMax: 6, firstDelayMs: 300, delayMaxMs: 5000};

/** @throws CONFIG when the URL or the CA file cannot be used. Sends nothing yet. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const {delay, random, onRetry} = options;
  const tools: RetryTools = {delay, random, onRetry, budgetMs: options.timeoutMs};
  const {node, url, username, password} = parseUrl(options);
  const ca = options.caFile === undefined ? undefined : await readCaFile(options.caFile);
  const transport = await openTransport({
    node,
    ca,
    // Without both of them the client sends none.
    auth: username === '' ? undefined : {username, password},
    timeoutMs: options.timeoutMs,
  });

  /** The answer, with any status. */
  async function ask(request: ServerRequest): Promise<ServerAnswer> {
    const {method, path, query, body, lines, isSearch, signal} = request;
    const params = {
      method,
      path,
      ...(query && {querystring: {...query}}),
      ...(body && {body}),
      ...(lines && {bulkBody: lines}),
    };
    const {statusCode, body: answer} = await transport
      .request(params, {ignore: ANY_STATUS, signal})
      .catch((cause: unknown) => {
        signal?.throwIfAborted();
        if (isSearch && isTooLate(cause)) throw tookTooLong(options.timeoutMs, cause);
        throw translateFailure(url, cause);
      });
    return {status: statusCode ?? 0, body: answer};
  }

  const askJoined = joining(ask, JSON.stringify([url, username, password, options.caFile]));

  async function sendOnce(request: ServerRequest): Promise<ServerAnswer> {
    const {method, path, expected = [], isSearch} = request;
    // A POST that only asks says so in its path.
    const isAsking = method === 'GET' || /\/_(?:search|search\/scroll|mget|count)$/.test(path);
    if (!isAsking) killPoint(`${method} ${path}`);
    const {status, body: answer} = await askJoined(request);
    if (isSearch && status >= 500 && isCancelled(answer)) throw tookTooLong(options.timeoutMs, answer);
    if (status >= 400 && !expected.includes(status))
      throw translateAnswer(url, errorAnswerOf(status, answer));
    return {status, body: answer};
  }

  return {
    url,
    tools,
    timeoutMs: options.timeoutMs,
    sendOnce,
    send: (request) => retry(() => sendOnce(request), REQUEST_RETRIES, tools),
    async [Symbol.asyncDispose]() {
      await transport.close();
    },
  };
}

/** All failures: we read them ourselves. */
const ANY_STATUS = Array.from({length: 200}, (_, offset) => 400 + offset);

/** The error of a failed request, or of one failed item of a bulk or mget answer. */
export function errorAnswerOf(status: number, body: unknown): ErrorAnswer {
  const error = (body as {error?: unknown} | null)?.error;
  if (typeof error === 'string') return {status, type: '', reason: error};
  const {
    type,
    reason,
    root_cause: causes,
  } = (error ?? {}) as {type?: string; reason?: string; root_cause?: {type?: string; reason?: string}[]};
  const root = causes?.[0];
  const said =
    root?.reason !== undefined && root.reason !== reason ? `${reason ?? ''}: ${root.reason}` : (reason ?? '');
  // That all shards failed says nothing; why the first one did, does.
  const told = type === 'search_phase_execution_exception' ? (root?.type ?? type) : type;
  return {status, type: told ?? '', reason: said};
}

function parseUrl({url: given, username, password}: ServerOptions) {
  const node = URL.canParse(given) ? new URL(given) : undefined;
  if (!node || !/^https?:$/.test(node.protocol)) {
    throw new CtrError('CONFIG', 'ctr.index.url is not an http or https address', {
      hint: 'For example http://localhost:9200.',
    });
  }
  const found = {
    username: username ?? decodeURIComponent(node.username),
    password: password ?? decodeURIComponent(node.password),
  };
  node.username = '';
  node.password = '';
  return {node, url: node.href.replace(/\/$/, ''), ...found};
}

async function readCaFile(caFile: string): Promise<Buffer> {
  try {
    return await readFile(caFile);
  } catch (cause) {
    throw new CtrError('CONFIG', `cannot read the CA certificate ${caFile}`, {
      hint: 'Check ctr.index.caFile.',
      cause,
    });
  }
}
