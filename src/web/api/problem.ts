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

/** How a failure is answered. */
interface Words {
  readonly status: number;
  /** Instead of the error's message, where that names addresses and settings of the server: those are the owner's. */
  readonly detail?: string;
  /** What a client of the API can do about it. The error's own hint is for the command line. */
  readonly hint?: string;
}

const WORDS: Record<CtrErrorCode, Words> = {
  USAGE: {status: 400},
  QUERY: {status: 400},
  UNKNOWN_REF: {
    status: 404,
    hint: '/<repository>/refs lists the branches and tags. An oid needs as many digits as make it unique. `waitFor` waits for what was just pushed.',
  },
  NOT_FOUND: {
    status: 404,
    hint: '`tree/<path>` lists what a directory holds, `where/<path>` the branches and tags that have a path.',
  },
  CONFLICT: {status: 409, hint: 'Begin again without a cursor.'},
  CONFIG: {
    status: 503,
    detail: 'this repository is not indexed yet',
    hint: 'Try again when its first push has been indexed.',
  },
  LOCKED: {status: 503, hint: 'Try again in a moment.'},
  TIMEOUT: {status: 503, hint: 'Ask for less: fewer or longer words, a narrower path, a smaller page.'},
  BACKEND_UNAVAILABLE: {
    status: 503,
    detail: 'the index or the object store does not answer now',
    hint: 'Try again in a moment.',
  },
  BACKEND_REFUSED: {status: 502, detail: 'the index or the object store refuses to answer'},
  BACKEND_UNSUPPORTED: {status: 502, detail: 'the index or the object store is not what it should be'},
  INDEX_CORRUPT: {status: 500, detail: 'the index is damaged'},
  INDEX_UNUSABLE: {
    status: 503,
    detail: 'the index has to be built again',
    hint: 'Try again when the owner has built it.',
  },
  REPOSITORY: {status: 500, detail: 'the repository cannot be read'},
  GIT_MISSING: {status: 500},
  OBJECT_CORRUPT: {status: 500},
  PARTIAL: {status: 500},
};

/** The failure as the client is told. Contains no internal details of the server. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof BusyError) return busy(error);
  if (error instanceof FirstImportError) return importing(error);
  if (!(error instanceof CtrError)) return new Problem(500, 'BUG', 'this is a fault of ctr');
  const {code, message} = error;
  const {status, detail = message, hint} = WORDS[code];
  return new Problem(status, code, detail, {
    // What is wrong with a query is the same for all who ask.
    hint: code === 'QUERY' ? error.hint : hint,
    // A read that took too long takes as long again.
    headers: status === 503 && code !== 'TIMEOUT' ? {'Retry-After': '5'} : {},
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
