import type {ContentfulStatusCode} from 'hono/utils/http-status';
import type {RunningWork} from '../domain/running-work.ts';
import {workWords} from '../domain/work-words.ts';
import {CtrError, type CtrErrorCode} from '../util/ctr-error.ts';
import {FirstImportError} from './first-import.ts';
import {BusyError} from './gate.ts';
import {ReadError, type ReadErrorKind} from './server/read-processes/reads.ts';

/** How a failure is told. The error's own hint is for the command line. */
interface Words {
  readonly status: ContentfulStatusCode;
  /** Of the API's answer; absent: the code in words. */
  readonly title?: string;
  /** Of the page. */
  readonly heading: string;
  /** Instead of the error's message, where that names addresses and settings of the server: those are the owner's. */
  readonly detail?: string;
  /** Advice for the client. */
  readonly hint?: string;
  /** The same on a page, where it is something else there. */
  readonly pageHint?: string;
}

const UNANSWERABLE = 'This cannot be answered';
const NOT_FOUND = 'Not found';
const NO_INDEX = 'The index cannot be read';
const NO_REPOSITORY = 'The repository cannot be read';
const TRY_LATER = 'Try again in a moment.';
const ASK_OWNER = 'Its owner finds out more with ctr status.';

/** Something on the server that the client cannot change. */
function brokenHere(status: ContentfulStatusCode, heading: string, detail?: string): Words {
  return {status, heading, ...(detail !== undefined && {detail}), pageHint: ASK_OWNER};
}

const TABLE = {
  USAGE: {status: 400, title: 'bad request', heading: UNANSWERABLE},
  QUERY: {status: 400, title: 'bad query', heading: UNANSWERABLE},
  UNKNOWN_REF: {
    status: 404,
    title: 'unknown revision',
    heading: NOT_FOUND,
    hint: '/<repository>/refs lists the branches and tags. An oid needs as many digits as make it unique. `waitFor` waits for what was just pushed.',
    pageHint: '',
  },
  NOT_FOUND: {
    status: 404,
    heading: NOT_FOUND,
    hint: '`tree/<path>` lists what a directory holds, `where/<path>` the branches and tags that have a path.',
    pageHint: '',
  },
  CONFLICT: {
    status: 409,
    heading: 'This has changed',
    hint: 'Begin again without a cursor.',
    pageHint: 'Begin with the first page.',
  },
  CONFIG: {
    status: 503,
    heading: 'Nothing to show yet',
    detail: 'this repository is not indexed yet',
    hint: 'Try again when its first push has been indexed.',
    pageHint: `Or its settings are wrong. ${ASK_OWNER}`,
  },
  LOCKED: {status: 503, heading: 'The index does not answer', hint: TRY_LATER},
  TIMEOUT: {
    status: 503,
    heading: 'This takes too long',
    hint: 'Ask for less: fewer or longer words, a narrower path, a smaller page.',
  },
  BACKEND_UNAVAILABLE: {
    status: 503,
    heading: 'The index does not answer',
    detail: 'the index or the object store does not answer now',
    hint: TRY_LATER,
  },
  BACKEND_REFUSED: brokenHere(502, NO_INDEX, 'the index or the object store refuses to answer'),
  BACKEND_UNSUPPORTED: brokenHere(502, NO_INDEX, 'the index or the object store is not what it should be'),
  INDEX_CORRUPT: brokenHere(500, NO_INDEX, 'the index is damaged'),
  INDEX_UNUSABLE: {
    ...brokenHere(503, NO_INDEX, 'the index has to be built again'),
    hint: 'Try again when the owner has built it.',
  },
  REPOSITORY: brokenHere(500, NO_REPOSITORY, 'the repository cannot be read'),
  GIT_MISSING: brokenHere(500, NO_REPOSITORY),
  OBJECT_CORRUPT: brokenHere(500, NO_REPOSITORY),
  PARTIAL: brokenHere(500, NO_INDEX),
  METHOD: {status: 405, title: 'method not allowed', heading: UNANSWERABLE},
  TOO_LARGE: {status: 413, heading: UNANSWERABLE},
  RANGE: {status: 416, title: 'range not satisfiable', heading: UNANSWERABLE},
  BUSY: {status: 429, heading: 'Try again', hint: 'Try again in a second.'},
  NOT_SUPPORTED: {status: 501, heading: UNANSWERABLE},
  IMPORTING: {
    status: 503,
    heading: 'This repository is being imported',
    hint: 'Ask again; with ?waitFor=<commit> the answer comes when a ref shows that commit.',
  },
  BUG: {
    status: 500,
    heading: 'Something is broken',
    detail: 'this is a fault of ctr',
    pageHint: 'The request was right.',
  },
} satisfies Record<CtrErrorCode, Words> & Record<string, Words>;

/** The error codes, and reasons to refuse that only a request over HTTP can give. */
export type ProblemCode = keyof typeof TABLE;
const WORDS: Readonly<Record<ProblemCode, Words>> = TABLE;

interface ProblemOptions {
  /** Absent: that of the code. */
  readonly status?: ContentfulStatusCode | undefined;
  readonly hint?: string | undefined;
  /** Absent: `hint`. */
  readonly pageHint?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Of the code IMPORTING: what runs. */
  readonly work?: RunningWork | undefined;
}

/** A request that is refused or failed, as the client is told by the API or by a page. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: ContentfulStatusCode;
  readonly title: string;
  readonly heading: string;
  readonly hint: string | undefined;
  readonly pageHint: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly work: RunningWork | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    {status, hint, pageHint = hint, headers = {}, work}: ProblemOptions = {},
  ) {
    super(message);
    const words = WORDS[code];
    this.code = code;
    this.status = status ?? words.status;
    this.title = words.title ?? code.toLowerCase().replaceAll('_', ' ');
    this.heading = words.heading;
    this.hint = hint;
    this.pageHint = pageHint;
    this.headers = headers;
    this.work = work;
  }

  /** True if the log must have it. */
  get isFault(): boolean {
    return this.status >= 500 && this.code !== 'IMPORTING';
  }
}

/** The failure as the client is told. Contains no internal details of the server. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ReadError) return READ_PROBLEMS[error.kind];
  if (error instanceof BusyError) return problemOf('BUSY', error.message, {retryAfterSeconds: 1});
  if (error instanceof FirstImportError) {
    const {message, work} = error;
    return problemOf('IMPORTING', [message, ...workWords(work)].join(', '), {retryAfterSeconds: 5, work});
  }
  if (!(error instanceof CtrError)) return problemOf('BUG', '');
  const {code, message, hint} = error;
  return problemOf(code, message, {
    // What is wrong with a query is the same for all who ask.
    ...(code === 'QUERY' && {hint}),
    ...(code === 'USAGE' && {pageHint: hint}),
    // A read that took too long takes as long again.
    ...(WORDS[code].status === 503 && code !== 'TIMEOUT' && {retryAfterSeconds: 5}),
  });
}

/** The problem in the words of its code, as far as no others are given. */
function problemOf(
  code: ProblemCode,
  message: string,
  {retryAfterSeconds, ...options}: ProblemOptions & {readonly retryAfterSeconds?: number} = {},
): Problem {
  const {detail = message, hint, pageHint} = WORDS[code];
  return new Problem(code, detail, {
    hint,
    pageHint,
    ...(retryAfterSeconds !== undefined && {headers: {'Retry-After': String(retryAfterSeconds)}}),
    ...options,
  });
}

const BROKEN = problemOf('BUSY', 'the process that worked on this has ended', {
  status: 503,
  hint: 'Try again; if it ends again, ask for less at once.',
  retryAfterSeconds: 1,
});

/** Reads without an answer. */
const READ_PROBLEMS: Record<ReadErrorKind, Problem> = {
  late: problemOf('TIMEOUT', 'this took longer than a read may, and was ended'),
  broken: BROKEN,
  left: BROKEN,
  busy: problemOf('BUSY', 'too many reads wait at this moment', {retryAfterSeconds: 1}),
};
