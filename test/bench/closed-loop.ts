import {Agent, get} from 'node:http';
import {text} from 'node:stream/consumers';
import {type RequestKind, type ServeRequest, wholeOf} from './serve-requests.ts';

/** One request, as its client saw it. */
export interface Answered {
  readonly kind: RequestKind;
  readonly url: string;
  /** From sending it until its last byte is there. */
  readonly ms: number;
  /** When it was sent, by `performance.now()`. */
  readonly sentMs: number;
  readonly endedMs: number;
  /** The part that must be equal in every answer to this URL. */
  readonly whole: string;
}

/** So many clients ask one after the other, each for the next of the requests as soon as it has its answer. */
export async function askAll(
  base: string,
  requests: Iterable<ServeRequest>,
  {clients, signal}: {clients: number; signal: AbortSignal},
): Promise<Answered[]> {
  const answers: Answered[] = [];
  const left = Iterator.from(requests);
  const client = async () => {
    const agent = new Agent({keepAlive: true, maxSockets: 1});
    try {
      for (const request of left) {
        signal.throwIfAborted();
        answers.push(await ask(base, request, agent));
      }
    } finally {
      agent.destroy();
    }
  };
  await Promise.all(Array.from({length: clients}, client));
  return answers;
}

async function ask(base: string, request: ServeRequest, agent: Agent): Promise<Answered> {
  const sentMs = performance.now();
  const {status, body} = await fetchText(new URL(request.url, base), agent);
  const endedMs = performance.now();
  return {...request, ms: endedMs - sentMs, sentMs, endedMs, whole: wholeOf(request, {status, body})};
}

/** By node:http, which costs less time of the processor than fetch: the server needs it. */
function fetchText(url: URL, agent: Agent): Promise<{status: number; body: string}> {
  return new Promise((resolve, reject) => {
    get(url, {agent}, (answer) => {
      text(answer).then((body) => resolve({status: answer.statusCode!, body}), reject);
    }).once('error', reject);
  });
}
