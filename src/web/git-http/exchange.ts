import type {IncomingMessage, ServerResponse} from 'node:http';
import {type CgiHead, readCgiHead} from '../../git/cgi-response.ts';
import {lastWords} from '../../git/git-process.ts';
import type {HttpBackend} from '../../git/http-backend.ts';
import {text} from '../access/refusal.ts';

/** What may pass from git to the client. */
const HEADERS = ['content-type', 'cache-control', 'expires', 'pragma', 'content-length'];

/** How long a push that broke off may take to remove what it had received. */
const TIDY_MAX_MS = 10_000;

export interface ExchangeOptions {
  readonly isPush: boolean;
  /** More than this is not read from the client. */
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
  {incoming, outgoing}: {incoming: IncomingMessage; outgoing: ServerResponse},
  backend: HttpBackend,
  options: ExchangeOptions,
): Promise<Response> {
  const chunks = (backend.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const state = {isTooLarge: false, hasBody: false, isLeft: false};
  const leave = () => {
    if (state.isLeft || outgoing.writableFinished) return;
    state.isLeft = true;
    void abandon(backend, chunks, graceOf(options, state));
  };
  outgoing.once('close', leave);
  // The client may have left before git was started.
  if (incoming.socket.destroyed) leave();
  passBody(incoming, backend, {
    ...options,
    onEnd: () => {
      state.hasBody = true;
    },
    onTooLarge: () => {
      state.isTooLarge = true;
    },
  });
  void backend.ended.then(({exitCode, startError}) => {
    if (exitCode === 0) return;
    const words = startError?.message ?? lastWords(backend.stderrTail());
    if (words !== undefined) options.onFailure(words);
  });
  const answer = await readCgiHead(chunks).catch(() => undefined);
  if (state.isTooLarge) return text(413, `The request is larger than ${options.bodyMaxBytes} bytes.`);
  if (state.isLeft) return text(499, 'The client has left.');
  if (answer === undefined) return noAnswer(backend);
  return new Response(bodyOf(answer.rest, chunks, backend), {
    status: answer.head.status,
    headers: headersOf(answer.head),
  });
}

/** Git reads what the client sends, at the pace of the slower one. What git does not want any more is let go. */
function passBody(
  incoming: IncomingMessage,
  backend: HttpBackend,
  {bodyMaxBytes, onEnd, onTooLarge}: {bodyMaxBytes: number; onEnd: () => void; onTooLarge: () => void},
): void {
  let sizeBytes = 0;
  incoming.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= bodyMaxBytes) return;
    onTooLarge();
    backend.kill();
  });
  incoming.once('end', onEnd);
  // A client that breaks off is told by the answer's `close`; git must not take the broken end for a whole one.
  incoming.on('error', () => {});
  incoming.pipe(backend.stdin);
  backend.stdin.once('close', () => {
    incoming.unpipe(backend.stdin);
    incoming.resume();
  });
}

/**
 * How long git may go on when its client has left. A push that has arrived whole goes on as if it had not. One that
 * breaks off sees the end of its input, and tidies up: a signal would leave what it has received to `git gc` (Git,
 * tmp-objdir.c: no cleaning in signal handlers).
 */
function graceOf({isPush, idleMs}: ExchangeOptions, {hasBody}: {hasBody: boolean}): number {
  if (!isPush) return 0;
  return hasBody ? idleMs : TIDY_MAX_MS;
}

/** Git ends: by itself within `graceMs`, reading nothing of what it still says, else by force. */
async function abandon(backend: HttpBackend, chunks: AsyncIterator<Buffer>, graceMs: number): Promise<void> {
  if (graceMs === 0) backend.kill();
  else backend.stdin.destroy();
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
  await backend.ended;
  return text(500, "Git did not answer. The server's log tells why.");
}

function headersOf({headers}: CgiHead): Headers {
  const chosen = HEADERS.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return new Headers([...chosen, ['X-Content-Type-Options', 'nosniff']]);
}
