import type {RunningWork} from '../../domain/running-work.ts';
import {workWords} from '../../domain/work-words.ts';
import {CtrError, type CtrErrorCode} from '../../util/ctr-error.ts';
import {FirstImportError} from '../first-import.ts';
import {BusyError} from '../gate.ts';
import {importProgressOf} from './import-progress.ts';

/** Reasons to refuse that only a request over HTTP can give. */
export type ProblemCode =
  | CtrErrorCode
  | 'METHOD'
  | 'TOO_LARGE'
  | 'RANGE'
  | 'BUSY'
  | 'NOT_SUPPORTED'
  | 'IMPORTING'
  | 'BUG';

interface ProblemOptions {
  readonly hint?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of the code IMPORTING: what runs. */
  readonly work?: RunningWork | undefined;
}

/** A request that is refused or failed, as the client is told. */
export class Problem extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly hint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly work: RunningWork | undefined;

  constructor(
    status: number,
    code: ProblemCode,
    message: string,
    {hint, headers = {}, work}: ProblemOptions = {},
  ) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.headers = headers;
    this.work = work;
  }
}

const STATUSES: Record<CtrErrorCode, number> = {
  USAGE: 400,
  QUERY: 400,
  UNKNOWN_REF: 404,
  NOT_FOUND: 404,
  CONFLICT: 409,
  CONFIG: 503,
  LOCKED: 503,
  TIMEOUT: 503,
  BACKEND_UNAVAILABLE: 503,
  BACKEND_REFUSED: 502,
  BACKEND_UNSUPPORTED: 502,
  INDEX_CORRUPT: 500,
  REPOSITORY: 500,
  GIT_MISSING: 500,
  OBJECT_CORRUPT: 500,
  PARTIAL: 500,
};

/** What a client is told where the message names addresses and settings of the server: those are the owner's. */
const DISCREET: Partial<Record<CtrErrorCode, string>> = {
  CONFIG: 'this repository is not indexed yet',
  BACKEND_UNAVAILABLE: 'the index or the object store does not answer now',
  BACKEND_REFUSED: 'the index or the object store refuses to answer',
  BACKEND_UNSUPPORTED: 'the index or the object store is not what it should be',
  INDEX_CORRUPT: 'the index is damaged',
  REPOSITORY: 'the repository cannot be read',
};

/** The failure as the client is told. Nothing of what is not for clients is in it. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof BusyError) return busy(error);
  if (error instanceof FirstImportError) return importing(error);
  if (!(error instanceof CtrError)) return new Problem(500, 'BUG', 'this is a fault of ctr');
  const {code, message, hint} = error;
  const discreet = DISCREET[code];
  const headers = STATUSES[code] === 503 && code !== 'TIMEOUT' ? {'Retry-After': '5'} : {};
  return new Problem(STATUSES[code], code, discreet ?? message, {
    hint: discreet === undefined ? hint : undefined,
    headers,
  });
}

function importing({message, work}: FirstImportError): Problem {
  return new Problem(503, 'IMPORTING', [message, ...workWords(work)].join(', '), {
    hint: 'Ask again; with ?waitFor=<commit> the answer comes when a ref shows that commit.',
    headers: {'Retry-After': '5'},
    work,
  });
}

function busy({message, retryAfterSeconds}: BusyError): Problem {
  return new Problem(429, 'BUSY', message, {
    hint: 'Try again in a second.',
    headers: {'Retry-After': String(retryAfterSeconds)},
  });
}

/** RFC 9457. `code` is for programs and stays; `detail` and `hint` are for people. */
export function toProblemDocument({status, code, message, hint, work}: Problem) {
  return {
    type: 'about:blank',
    title: TITLES[code] ?? code.toLowerCase().replaceAll('_', ' '),
    status,
    detail: message,
    code,
    ...(hint !== undefined && {hint}),
    ...(work && {importing: importProgressOf(work)}),
  };
}

const TITLES: Partial<Record<ProblemCode, string>> = {
  USAGE: 'bad request',
  QUERY: 'bad query',
  UNKNOWN_REF: 'unknown revision',
  RANGE: 'range not satisfiable',
  METHOD: 'method not allowed',
};

/** The answer that tells it. */
export function answerProblem(problem: Problem): Response {
  const headers = {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  };
  return new Response(JSON.stringify(toProblemDocument(problem)), {status: problem.status, headers});
}
