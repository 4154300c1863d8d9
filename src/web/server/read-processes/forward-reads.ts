import type {IncomingMessage} from 'node:http';
import {Readable} from 'node:stream';
import type {ReadableStream} from 'node:stream/web';
import type {HttpBindings} from '@hono/node-server';
import type {Context, Hono} from 'hono';
import {answerProblem} from '../../api/answer-problem.ts';
import {WAIT_MAX_SECONDS} from '../../api/parameters.ts';
import type {AppOptions} from '../../app-options.ts';
import {failurePage} from '../../explorer/pages/error-page.ts';
import {respondPage} from '../../explorer/respond.ts';
import {toProblem} from '../../problem.ts';
import {ReadError, type ReadProcesses, type ReadRequest} from './reads.ts';

/** Requests for these paths are answered by the processes for reads. */
export function forwardReads(
  app: Hono,
  path: string,
  options: AppOptions & {readonly reads: ReadProcesses},
): void {
  app.all(path, async (c) => {
    try {
      return toResponse(c.req.method, await options.reads.answer(toReadRequest(c)));
    } catch (error) {
      if (!(error instanceof ReadError)) throw error;
      const problem = toProblem(error);
      return c.req.path.startsWith(`${options.basePath}/api/`)
        ? answerProblem(problem)
        : respondPage(c, {options}, failurePage(problem));
    }
  });
}

function toReadRequest(c: Context): ReadRequest {
  const {incoming} = c.env as HttpBindings;
  return {
    method: c.req.method,
    url: incoming.url ?? '/',
    headers: forwardedHeaders(incoming.rawHeaders),
    body: bodyOf(c, incoming as IncomingMessage),
    signal: c.req.raw.signal,
    waitMs: c.req.query('waitFor') === undefined ? 0 : WAIT_MAX_SECONDS * 1000,
  };
}

/** OpenSearch takes a body with GET, which a `Request` cannot have: then it is read from the connection. */
function bodyOf(c: Context, incoming: IncomingMessage): Readable | undefined {
  const {headers} = incoming;
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody) return undefined;
  const {method, raw} = c.req;
  const body =
    method === 'GET' || method === 'HEAD' ? incoming : Readable.fromWeb(raw.body as ReadableStream);
  // A client that disconnects breaks off its body. `signal` reports it; an unhandled error would end the server.
  return body.on('error', () => undefined);
}

const BODILESS = new Set([204, 205, 304]);

function toResponse(method: string, answer: IncomingMessage): Response {
  const status = answer.statusCode!;
  const headers = new Headers();
  const pairs = forwardedHeaders(answer.rawHeaders);
  for (let at = 0; at < pairs.length; at += 2) headers.append(pairs[at]!, pairs[at + 1]!);
  // Each connection cuts the body up as it must.
  headers.delete('Transfer-Encoding');
  if (method !== 'HEAD' && !BODILESS.has(status))
    return new Response(Readable.toWeb(answer) as globalThis.ReadableStream, {status, headers});
  answer.resume();
  return new Response(null, {status, headers});
}

/** Headers of a single connection (RFC 9110, 7.6.1), those that the server has checked, and those that it writes. */
const OWN = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'authorization',
  'proxy-authorization',
  'date',
  'ctr-read',
]);

/** The headers that go on to the other side, names and values by turns. */
function forwardedHeaders(raw: readonly string[]): string[] {
  const forwarded: string[] = [];
  for (let at = 0; at < raw.length; at += 2)
    if (!OWN.has(raw[at]!.toLowerCase())) forwarded.push(raw[at]!, raw[at + 1]!);
  return forwarded;
}
