import {waitingTogether} from '../../util/together.ts';
import type {ServerAnswer, ServerRequest} from './server-request.ts';

/** So many requests become one at most. */
const JOINED_MAX = 128;
/** And so many bytes that are sent, or that the answer has about. */
const JOINED_MAX_BYTES = 16_000_000;

type Ask = (request: ServerRequest) => Promise<ServerAnswer>;

interface Waiting {
  readonly request: ServerRequest;
  readonly bytes: number;
  readonly answer: PromiseWithResolvers<ServerAnswer>;
}

/** Requests of one kind as one, and its answer as theirs. */
interface Form {
  readonly fits: (request: ServerRequest) => boolean;
  readonly join: (requests: readonly ServerRequest[]) => ServerRequest;
  readonly split: (body: unknown, requests: readonly ServerRequest[]) => ServerAnswer[];
}

/**
 * Within `whileTogether`, searches and reads by id that are asked in the same turn of the event loop, of any index at
 * `place`, are one request (`_msearch`, `_mget`). Each gets its own answer or its own failure; equal ones are asked once,
 * and share theirs.
 */
export function joining(ask: Ask, place: string): Ask {
  return (request) => {
    const together = waitingTogether();
    const form = together && FORMS.find(({fits}) => fits(request));
    if (!form) return ask(request);
    // Requests that end with the asker or after a time are apart from those that do not.
    const kind = [FORMS.indexOf(form), request.isSearch, request.signal === undefined];
    const key = `${kind.join()} ${place}`;
    const waiting = (together.get(key) as Map<string, Waiting> | undefined) ?? new Map<string, Waiting>();
    if (waiting.size === 0) {
      together.set(key, waiting);
      setImmediate(() => {
        together.delete(key);
        void answerAll(ask, form, [...waiting.values()]);
      });
    }
    const text = JSON.stringify([request.path, request.query, request.body]);
    const bytes = text.length + (request.answerBytes ?? 0);
    const one = waiting.get(text) ?? {request, bytes, answer: Promise.withResolvers<ServerAnswer>()};
    waiting.set(text, one);
    return one.answer.promise;
  };
}

/** One part after the other: the answers of several are not in memory at the same time. */
async function answerAll(ask: Ask, form: Form, waiting: readonly Waiting[]): Promise<void> {
  for (const part of partsOf(waiting)) await answerPart(ask, form, part);
}

function partsOf(waiting: readonly Waiting[]): Waiting[][] {
  const parts: Waiting[][] = [];
  let last: Waiting[] = [];
  let leftBytes = 0;
  for (const one of waiting) {
    if (last.length === 0 || last.length === JOINED_MAX || one.bytes > leftBytes) {
      last = [];
      parts.push(last);
      leftBytes = JOINED_MAX_BYTES;
    }
    last.push(one);
    leftBytes -= one.bytes;
  }
  return parts;
}

async function answerPart(ask: Ask, {join, split}: Form, part: readonly Waiting[]): Promise<void> {
  const requests = part.map(({request}) => request);
  try {
    const whole = await ask(requests.length === 1 ? requests[0]! : join(requests));
    const isEach = requests.length > 1 && whole.status < 400;
    const answers = isEach ? split(whole.body, requests) : [];
    for (const [at, {answer}] of part.entries()) answer.resolve(answers[at] ?? whole);
  } catch (error) {
    for (const {answer} of part) answer.reject(error);
  }
}

/** An item of an answer to several requests; it has a status where it failed. */
interface Item {
  readonly status?: number;
  readonly error?: {readonly type?: string};
  readonly found?: boolean;
}

const SEARCHES: Form = {
  fits: ({method, path, query}) =>
    method === 'POST' && /^\/[^/]+\/_search$/.test(path) && query?.['scroll'] === undefined,
  join(requests) {
    const lines = requests.flatMap(({path, query, body}) => [{index: nameOf(path), ...query}, body]);
    const {isSearch, signal} = requests[0]!;
    return {
      method: 'POST',
      path: '/_msearch',
      lines: Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
      isSearch,
      signal,
    };
  },
  split: (body) =>
    (body as {responses: Item[]}).responses.map((item) => ({status: item.status ?? 200, body: item})),
};

interface DocumentsBody {
  readonly docs: readonly object[];
}

const READS: Form = {
  fits: ({method, path}) => method === 'POST' && /^\/[^/]+\/_mget$/.test(path),
  join: (requests) =>
    readAll(
      requests.flatMap(({path, body}) =>
        (body as DocumentsBody).docs.map((doc) => ({_index: nameOf(path), ...doc})),
      ),
    ),
  split(body, requests) {
    const docs = (body as DocumentsBody).docs.values();
    return requests.map(({body: asked}) => ({
      status: 200,
      body: {docs: [...docs.take((asked as DocumentsBody).docs.length)]},
    }));
  },
};

const READS_OF_ONE: Form = {
  fits: ({method, path}) => method === 'GET' && /^\/[^/]+\/_doc\/[^/]+$/.test(path),
  join: (requests) =>
    readAll(requests.map(({path}) => ({_index: nameOf(path), _id: path.slice(path.lastIndexOf('/') + 1)}))),
  split: (body) => (body as {docs: Item[]}).docs.map((item) => ({status: statusOf(item), body: item})),
};

const FORMS = [SEARCHES, READS, READS_OF_ONE];

function readAll(docs: readonly object[]): ServerRequest {
  return {method: 'POST', path: '/_mget', body: {docs}};
}

/** The status that the same read has alone. */
function statusOf({found, error}: Item): number {
  if (error) return error.type === 'index_not_found_exception' ? 404 : 503;
  return found ? 200 : 404;
}

function nameOf(path: string): string {
  return path.slice(1, path.indexOf('/', 1));
}
