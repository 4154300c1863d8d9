import type {IncomingMessage} from 'node:http';
import {CtrError, type CtrErrorCode} from '../../util/ctr-error.ts';
import {textOf} from './xml.ts';

/** An S3 error is a few hundred bytes; what is longer comes from something else, such as a proxy. */
const BODY_MAX_BYTES = 64 * 1024;

/** S3 codes that mean "not now", with any status. The last two: bytes were damaged in transit. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'Timeout',
  'RequestTimeout',
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
  'OperationAborted',
  'BadDigest',
  'IncompleteBody',
]);

const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 499]);

/** Codes of broken connections. A new connection may succeed at once. */
const BROKEN_CONNECTION_CODES: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

const CREDENTIAL_CODES: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'InvalidToken',
  'ExpiredToken',
  'InvalidClientTokenId',
  // Of MinIO and of VersityGW, which answers with it (and a 404) where Amazon has InvalidAccessKeyId.
  'XMinioAdminNoSuchUser',
  'XAdminUserNotFound',
]);

const REGION_CODES: ReadonlySet<string> = new Set([
  'AuthorizationHeaderMalformed',
  'PermanentRedirect',
  'MovedPermanently',
  'IllegalLocationConstraintException',
  'InvalidLocationConstraint',
]);

/** An answer that is no success, or none in time (status 0). Stays within this folder: see `toCtrError`. */
export class S3Failure extends Error {
  readonly status: number;
  /** S3's code, such as `NoSuchKey`. Empty where the answer names none: HEAD has no body. */
  readonly code: string;
  /** The region in which the bucket is, where the server says so. */
  readonly region: string | undefined;

  constructor(options: {status?: number; code: string; message: string; region?: string | undefined}) {
    super(options.message);
    this.name = 'S3Failure';
    this.status = options.status ?? 0;
    this.code = options.code;
    this.region = options.region;
  }
}

/** Reads an error answer. Never rejects: if the body breaks off, the status remains. */
export async function readFailure(response: IncomingMessage): Promise<S3Failure> {
  const body = await readStart(response);
  const header = (name: string) => response.headers[name]?.toString();
  return failureOf(body, {
    status: response.statusCode ?? 0,
    // MinIO answers HEAD with these, where the standard leaves the code unsaid.
    code: header('x-minio-error-code'),
    message: header('x-minio-error-desc'),
    region: header('x-amz-bucket-region'),
  });
}

/** The failure that an `<Error>` document tells of, with what the caller knows where it says nothing. */
export function failureOf(
  body: string,
  known: {readonly status: number} & Partial<Record<'code' | 'message' | 'region', string | undefined>>,
): S3Failure {
  const code = textOf(body, 'Code') ?? known.code ?? '';
  return new S3Failure({
    status: known.status,
    code,
    message: textOf(body, 'Message') ?? known.message ?? `HTTP status ${known.status}`,
    region: textOf(body, 'Region') ?? known.region,
  });
}

async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > BODY_MAX_BYTES) break;
    }
  } catch {
    // The status is the answer; the body only explains it.
  }
  return Buffer.concat(chunks).toString();
}

/** True if the same request may succeed within seconds. Not for a closed port, which fails at once. */
export function isPassing(error: unknown): boolean {
  if (error instanceof S3Failure) return isPassingFailure(error);
  return BROKEN_CONNECTION_CODES.has(codeOf(error));
}

function isPassingFailure({status, code}: S3Failure): boolean {
  if (PASSING_CODES.has(code) || PASSING_STATUSES.has(status)) return true;
  return status >= 500 && status !== 501;
}

/** Codes of a 404; some servers also answer 404 for other things, such as an unknown user. */
export type Missing = 'NoSuchKey' | 'NoSuchBucket' | 'NoSuchUpload';

/** True if the server says that this does not exist. A 404 without a code may mean any of them. */
export function isMissing(error: unknown, what: Missing): boolean {
  if (!(error instanceof S3Failure) || error.status !== 404) return false;
  return error.code === what || saysOnly404(error);
}

/** True for a 404 without a code: an answer to HEAD has no body. */
export function saysOnly404(error: unknown): boolean {
  return (
    error instanceof S3Failure && error.status === 404 && (error.code === '' || error.code === 'NotFound')
  );
}

/** Where the store is, for the messages. */
export interface Place {
  readonly url: string;
  readonly bucket: string;
}

/** The result of `action`; what S3 or the network fails with becomes a CtrError, a bug stays one. */
export async function translateS3Errors<T>(place: Place, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw !(error instanceof CtrError) && isOfTheWorld(error) ? toCtrError(error, place) : error;
  }
}

/** Node's own codes begin with ERR_; of those only the ones of TLS and of streams tell of the network. */
function isOfTheWorld(error: unknown): boolean {
  return (
    error instanceof S3Failure ||
    /^(?!ERR_)|^ERR_(TLS|SSL|STREAM_PREMATURE)/.test(codeOf(error) || 'ERR_NONE')
  );
}

/** The one place where failures of S3 and of the network become ctr's. */
export function toCtrError(error: unknown, {url, bucket}: Place): CtrError {
  const data = {url, bucket, code: codeOf(error), ...(error instanceof S3Failure && {status: error.status})};
  if (!(error instanceof S3Failure) || isPassing(error)) return unavailable(error, {url, data});
  const [message, hint] = explainRefusal(error, {url, bucket});
  return new CtrError('BACKEND_REFUSED', message, {hint, data, cause: error});
}

/** For a success without what S3 puts into it. Of such a server nothing may be believed, an empty list least of all. */
export function notS3({url}: Place, missing: string): CtrError {
  return new CtrError('BACKEND_UNSUPPORTED', `what answers at ${url} does not speak S3: no ${missing}`, {
    hint: 'Check ctr.objects.url: it names the port of the API, not that of a console.',
    data: {url},
  });
}

function unavailable(error: unknown, {url, data}: {url: string; data: Record<string, unknown>}): CtrError {
  const fail = (code: CtrErrorCode, message: string, hint: string) =>
    new CtrError(code, `${message}: ${describe(error)}`, {hint, data, cause: error});
  if (/^ERR_TLS|CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(codeOf(error))) {
    const hint =
      'Check the certificate, or name the file of the authority that signed it: ctr.objects.caFile.';
    return fail('BACKEND_REFUSED', `no trust in the object store at ${url}`, hint);
  }
  if (error instanceof S3Failure && error.status > 0) {
    const hint = 'Look at its log. Queued pushes are kept.';
    return fail('BACKEND_UNAVAILABLE', `the object store at ${url} cannot serve now`, hint);
  }
  const hint = 'Start it, or set ctr.objects.url. Queued pushes are kept.';
  return fail('BACKEND_UNAVAILABLE', `cannot reach the object store at ${url}`, hint);
}

function explainRefusal(failure: S3Failure, {url, bucket}: Place): [message: string, hint: string] {
  const {status, code} = failure;
  const credentials = 'CTR_OBJECTS_ACCESS_KEY and CTR_OBJECTS_SECRET_KEY';
  const because = (message: string, hint: string): [string, string] => [
    `${message}: ${describe(failure)}`,
    hint,
  ];
  if (CREDENTIAL_CODES.has(code) || status === 401)
    return because(`the object store at ${url} does not accept the credentials`, `Set ${credentials}.`);
  if (code === 'RequestTimeTooSkewed')
    return because(`the object store at ${url} has another time`, 'Set the clock of this machine.');
  if (REGION_CODES.has(code) || status === 301 || status === 307) {
    const where = failure.region ?? 'the region of the bucket';
    return because(`bucket ${bucket} is not where we asked`, `Set ctr.objects.region to ${where}.`);
  }
  if (status === 403) {
    const hint = `Allow s3:ListBucket, GetObject, PutObject and DeleteObject there, or set other ${credentials}.`;
    return because(`the object store at ${url} denies access to bucket ${bucket}`, hint);
  }
  if (isMissing(failure, 'NoSuchBucket')) {
    const hint = 'Run `ctr verify --repair`: it makes the bucket, and puts there what belongs there.';
    return because(`there is no bucket ${bucket} at ${url}`, hint);
  }
  return because(`the object store at ${url} refuses the request`, 'Check ctr.objects.url.');
}

/** `AccessDenied: Access Denied.`; for the network, which often says only a code, at least that. */
function describe(error: unknown): string {
  const {message} = error as Error;
  const code = codeOf(error);
  return code === '' || message.includes(code) ? message : `${code}: ${message}`.replace(/: $/, '');
}

function codeOf(error: unknown): string {
  const code = (error as {code?: unknown} | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
