import type {IncomingMessage, ServerResponse} from 'node:http';
import {type CgiHead, readCgiHead} from '../../git/cgi-response.ts';
import {lastWords} from '../../git/git-process.ts';
import type {HttpBackend} from '../../git/http-backend.ts';
import {text} from '../access/refusal.ts';

/** Headers that are passed from git to the client. */
const HEADERS = ['content-type', 'cache-control', 'expires', 'pragma', 'content-length'];

/** How long a push that broke off may take to remove what it had received. */
const TIDY_MAX_MS = 10_000;

export interface ExchangeOptions {
  readonly isPush: boolean;
  /** A client that sends more is cut off. */
  readonly bodyMaxBytes: number;
  /** How long a push may go on that its client has left. */
  readonly idleMs: number;
  /** Git's own words when it failed. */
  readonly onFailure: (words: string) => void;
}

/**
 * Passes a request's body to git and git's answer to the client, both as fast as the slower side takes them.
 *
 * When the client goes, git is ended, unless a push has arrived whole: to stop that between the moved refs and the
 * hook would leave the index behind.
 */
export async function exchange(
  streams: {readonly incoming: IncomingMessage; readonly outgoing: ServerResponse},
  backend: HttpBackend,
  options: ExchangeOptions,
): Promise<Response> {
  const chunks = (backend.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const body = passBody(streams.incoming, backend, options);
  const client = watchClient(streams, () => {
    // The broken end of a push is the end of git's input; a whole one is still on its way through the pipe.
    if (!body.isWhole) backend.stdin.destroy();
    void abandon(backend, chunks, graceOf(options, body));
  });
  void reportFailure(backend, options);
  const answer = await readCgiHead(chunks).catch(() => undefined);
  if (client.hasLeft) return text(499, 'The client has left.');
  if (answer === undefined) return noAnswer(backend);
  const {status, headers} = answer.head;
  return new Response(bodyOf(answer.rest, chunks, backend), {status, headers: headersOf(headers)});
}

/** Git reads what the client sends, at the pace of the slower one. What git does not want any more is let go. */
function passBody(
  incoming: IncomingMessage,
  backend: HttpBackend,
  {bodyMaxBytes}: ExchangeOptions,
): {readonly isWhole: boolean} {
  const body = {isWhole: false, sizeBytes: 0};
  incoming.on('data', (chunk: Buffer) => {
    body.sizeBytes += chunk.length;
    if (body.sizeBytes > bodyMaxBytes) backend.kill();
  });
  incoming.once('end', () => {
    body.isWhole = true;
  });
  // A client that breaks off is told by the answer's `close`.
  incoming.on('error', () => {});
  incoming.pipe(backend.stdin);
  backend.stdin.once('close', () => {
    incoming.unpipe(backend.stdin);
    incoming.resume();
  });
  return body;
}

/** Calls `onLeave` once, when the client goes before it has the whole answer. */
function watchClient(
  {incoming, outgoing}: {readonly incoming: IncomingMessage; readonly outgoing: ServerResponse},
  onLeave: () => void,
): {readonly hasLeft: boolean} {
  const client = {hasLeft: false};
  const leave = () => {
    if (client.hasLeft || outgoing.writableFinished) return;
    client.hasLeft = true;
    onLeave();
  };
  outgoing.once('close', leave);
  // It may have gone before git was started.
  if (incoming.socket.destroyed) leave();
  return client;
}

async function reportFailure(backend: HttpBackend, {onFailure}: ExchangeOptions): Promise<void> {
  const {exitCode, startError} = await backend.ended;
  const words = startError?.message ?? lastWords(backend.stderrTail());
  if (exitCode !== 0 && words !== undefined) onFailure(words);
}

/**
 * How long git may go on when its client has left. A push that has arrived whole goes on as if it had not. One that
 * breaks off sees the end of its input, and tidies up: a signal would leave what it has received to `git gc` (Git,
 * tmp-objdir.c: no cleaning in signal handlers).
 */
function graceOf({isPush, idleMs}: ExchangeOptions, {isWhole}: {readonly isWhole: boolean}): number {
  if (!isPush) return 0;
  return isWhole ? idleMs : TIDY_MAX_MS;
}

/** Git ends: by itself within `graceMs`, reading nothing of what it still says, else by force. */
async function abandon(backend: HttpBackend, chunks: AsyncIterator<Buffer>, graceMs: number): Promise<void> {
  if (graceMs === 0) backend.kill();
  const timer = setTimeout(() => backend.kill(), graceMs);
  try {
    // Git must be able to write to its end: a full pipe would hold it for ever.
    while (!(await chunks.next()).done);
  } catch {
    // The pipe was torn: git has ended.
  }
  await backend.ended;
  clearTimeout(timer);
}

function bodyOf(
  rest: Buffer,
  chunks: AsyncIterator<Buffer>,
  backend: HttpBackend,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      start(controller) {
        if (rest.length > 0) controller.enqueue(rest);
      },
      async pull(controller) {
        const next = await chunks.next();
        if (!next.done) return controller.enqueue(next.value);
        const {signal} = await backend.ended;
        // The client must see that this is not the end.
        if (signal !== null) return controller.error(new Error(`git was ended by ${signal}`));
        controller.close();
      },
    },
    {highWaterMark: 0},
  );
}

async function noAnswer(backend: HttpBackend): Promise<Response> {
  backend.kill();
  await backend.ended;
  return text(500, "Git did not answer. The server's log tells why.");
}

function headersOf(headers: CgiHead['headers']): Headers {
  const chosen = HEADERS.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return new Headers([...chosen, ['X-Content-Type-Options', 'nosniff']]);
}
