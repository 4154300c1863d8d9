import type {Context} from 'hono';
import {answerProblem, Problem} from '../api/problem.ts';
import type {AppOptions} from '../app-options.ts';
import {html} from '../explorer/html.ts';
import {notice} from '../explorer/parts.ts';
import {respondPage} from '../explorer/respond.ts';
import type {ReadError, ReadErrorKind} from './read-processes.ts';

/** What a client is told of a read without an answer: a problem document from the API, else a page. */
export function refuseRead(c: Context, options: AppOptions, {kind}: ReadError): Response | Promise<Response> {
  const {status, code, title, sentence, hint, retryAfterSeconds} = REFUSALS[kind];
  const headers = retryAfterSeconds === undefined ? {} : {'Retry-After': String(retryAfterSeconds)};
  if (c.req.path.startsWith(`${options.basePath}/api/`))
    return answerProblem(new Problem(status, code, sentence, {hint, headers}));
  return respondPage(
    c,
    {options},
    {title, status, body: html`<h1>${title}</h1>${notice(`${capitalized(sentence)}. ${hint}`)}`},
  );
}

function capitalized(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

const BROKEN = {
  status: 503,
  code: 'BUSY',
  title: 'Try again',
  sentence: 'the process that worked on this has ended',
  hint: 'Try again; if it ends again, ask for less at once.',
  retryAfterSeconds: 1,
} as const;

const REFUSALS = {
  late: {
    status: 503,
    code: 'TIMEOUT',
    title: 'This takes too long',
    sentence: 'this took longer than a read may, and was ended',
    hint: 'Ask for less: fewer or longer words, a narrower path, a smaller page.',
    retryAfterSeconds: undefined,
  },
  broken: BROKEN,
  left: BROKEN,
  busy: {
    status: 429,
    code: 'BUSY',
    title: 'Too much at once',
    sentence: 'too many reads wait at this moment',
    hint: 'Try again in a second.',
    retryAfterSeconds: 1,
  },
} as const satisfies Record<ReadErrorKind, object>;
