/** The exit code of the process for each reason why an operation failed. */
const EXIT_CODES = {
  USAGE: 2,
  CONFIG: 2,
  QUERY: 2,
  UNKNOWN_REF: 2,
  NOT_FOUND: 1,
  LOCKED: 3,
  CONFLICT: 3,
  TIMEOUT: 4,
  BACKEND_UNAVAILABLE: 4,
  BACKEND_REFUSED: 4,
  BACKEND_UNSUPPORTED: 4,
  INDEX_CORRUPT: 4,
  INDEX_UNUSABLE: 4,
  REPOSITORY: 5,
  GIT_MISSING: 5,
  OBJECT_CORRUPT: 5,
  PARTIAL: 5,
} as const;

/**
 * The reason why an operation failed that is not a bug (bugs are asserts). The code, never the message, decides about
 * the exit code and about a retry.
 */
export type CtrErrorCode = keyof typeof EXIT_CODES;

const RETRYABLE: ReadonlySet<CtrErrorCode> = new Set(['BACKEND_UNAVAILABLE', 'CONFLICT', 'LOCKED']);

/** A failure that is not a bug: one sentence, a hint what to do, and data for programs. */
export class CtrError extends Error {
  readonly code: CtrErrorCode;
  readonly hint: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: CtrErrorCode,
    message: string,
    options: {hint?: string; data?: Record<string, unknown>; cause?: unknown} = {},
  ) {
    super(message, options.cause === undefined ? undefined : {cause: options.cause});
    this.name = 'CtrError';
    this.code = code;
    this.hint = options.hint;
    this.data = options.data ?? {};
  }

  /** The process's exit code for this failure: 1 not found, 2 usage, 3 locked, 4 backend, 5 repository. */
  get exitCode(): number {
    return EXIT_CODES[this.code];
  }

  /** True if the same call may succeed later although no person changes anything. */
  get isRetryable(): boolean {
    return RETRYABLE.has(this.code);
  }
}
