import {readFile} from 'node:fs/promises';
import type {IncomingMessage} from 'node:http';
import {text} from 'node:stream/consumers';
import type {Client} from 'minio';
import {CtrError} from '../../util/ctr-error.ts';
import {killPoint} from '../../util/kill-point.ts';
import {remember} from '../../util/remember.ts';
import {type RetryPolicy, retry} from '../../util/retry.ts';
import {failureOf, isPassing, type Place} from './s3-failure.ts';
import {openTransport, type S3Transport} from './transport.ts';

const REQUEST_RETRIES: RetryPolicy = {attemptsMax: 5, firstDelayMs: 200, delayMaxMs: 1600};
/** Two silences: a server that hangs costs twice the timeout, not five times. */
const BUDGET_TIMEOUTS = 2;

export interface S3Options {
  /** `http://host:9000` or `https://host`, without a path. */
  readonly url: string;
  readonly bucket: string;
  /** Default us-east-1, which servers other than Amazon's take as well. */
  readonly region?: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Certificates in PEM that are trusted instead of the built-in ones. */
  readonly caFile?: string | undefined;
  /** How long nothing may move on a connection. Default 30 s. */
  readonly timeoutMs?: number;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Without a key the request is about the bucket. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
}

/** Signed requests to one bucket. Every failure is an S3Failure or what the network says. */
export interface S3Client extends Disposable {
  readonly place: Place;
  readonly region: string;
  /** The answer, of which the body is still to be read or destroyed. Retried while the failure may pass. */
  send(request: S3Request): Promise<IncomingMessage>;
  /** Like `send`; the body is read, as part of what is retried. */
  sendForText(
    request: S3Request,
  ): Promise<{readonly body: string; readonly headers: IncomingMessage['headers']}>;
}

/**
 * A client for the bucket that `options` name. Nothing is sent yet.
 *
 * Of the minio client this uses one public method, `makeRequestAsync`, which signs and sends a single request. Its
 * object calls have faults that cannot be corrected from outside (8.0.7; `test/unit/store/minio-client` fails when one
 * is gone):
 * - An upload whose source fails never settles (minio-js #1479, #1448).
 * - An upload continues an unfinished one of the same key that another client began (the code is in minio-js #1318).
 * - A failed upload is not aborted (a fix is proposed in minio-js #1480).
 *
 * @throws CtrError CONFIG for an address, a bucket name, keys or a caFile that cannot be.
 */
export async function openS3Client(options: S3Options): Promise<S3Client> {
  const {bucket, region = 'us-east-1', timeoutMs = 30_000} = options;
  const url = parseAddress(options.url);
  checkBucketName(bucket);
  checkKeys(options);
  const isTls = url.protocol === 'https:';
  const ca = options.caFile === undefined ? undefined : await readCaFile(options.caFile);
  const transport = openTransport({isTls, ca, timeoutMs, connectionsMax: 64});
  const openOnce = remember(Number.POSITIVE_INFINITY, () => openMinio(options, {url, region, transport}));
  let isClosed = false;

  const sendOnce = async ({method, key, query, headers, body}: S3Request) => {
    const minio = await openOnce();
    if (method !== 'GET' && method !== 'HEAD') killPoint(`${method} object`);
    return minio.makeRequestAsync(
      {
        method,
        bucketName: bucket,
        // It writes into the headers: each attempt gets its own.
        headers: {...headers},
        ...(key !== undefined && {objectName: key}),
        ...(query !== undefined && {query: formatQuery(query)}),
      },
      body ?? '',
      [200, 204, 206],
    );
  };
  // Each request may be repeated: a second one changes nothing.
  const retried = <T>(attempt: () => Promise<T>) =>
    retry(attempt, REQUEST_RETRIES, {
      budgetMs: BUDGET_TIMEOUTS * timeoutMs,
      canRetry: (error) => !isClosed && isPassing(error),
    });

  return {
    place: {url: options.url, bucket},
    region,
    send: (request) => retried(() => sendOnce(request)),
    sendForText: (request) =>
      retried(async () => {
        const response = await sendOnce(request);
        const body = await text(response);
        // AWS on CompleteMultipartUpload: "a 200 OK response can contain either a success or an error".
        if (/^\s*(<\?xml[^>]*>)?\s*<Error>/.test(body)) throw failureOf(body, {status: 200});
        return {body, headers: response.headers};
      }),
    [Symbol.dispose]() {
      isClosed = true;
      transport.close();
    },
  };
}

/** Imported for the first request: it costs 100 ms, and most pushes and all searches are about text alone. */
async function openMinio(
  options: S3Options,
  {url, region, transport}: {url: URL; region: string; transport: S3Transport},
): Promise<Client> {
  const minio = await import('minio');
  return new minio.Client({
    endPoint: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port !== '' && {port: Number(url.port)}),
    useSSL: url.protocol === 'https:',
    // Known, so it never asks the server for it.
    region,
    accessKey: options.accessKey,
    secretKey: options.secretKey,
    pathStyle: true,
    transport: transport.transport,
    transportAgent: transport.agent,
    // Its own retries write to the console (minio-js #1489, merged, not in 8.0.7).
    retryOptions: {disableRetry: true},
  });
}

function parseAddress(address: string): URL {
  const url = URL.parse(address);
  if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '') return url;
  throw new CtrError('CONFIG', `not the address of an object store: ${address}`, {
    hint: 'Set ctr.objects.url to something like http://localhost:9000.',
  });
}

/** Amazon's rules, which the others follow. */
function checkBucketName(bucket: string): void {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes('..')) return;
  throw new CtrError('CONFIG', `not a bucket name: ${bucket}`, {
    hint: 'Set ctr.objects.bucket to 3 to 63 of a-z, 0-9, dot and hyphen.',
  });
}

/** Without keys the client would send unsigned requests, and the answers would not show the reason. */
function checkKeys({accessKey, secretKey}: S3Options): void {
  if (accessKey !== '' && secretKey !== '') return;
  throw new CtrError('CONFIG', 'no keys for the object store', {
    hint: 'Set CTR_OBJECTS_ACCESS_KEY and CTR_OBJECTS_SECRET_KEY.',
  });
}

async function readCaFile(caFile: string): Promise<string> {
  try {
    return await readFile(caFile, 'utf8');
  } catch (cause) {
    throw new CtrError('CONFIG', `cannot read ${caFile}: ${(cause as Error).message}`, {
      hint: 'Set ctr.objects.caFile to a file of certificates in PEM.',
      cause,
    });
  }
}

/** Sorted and escaped as the signature wants it: RFC 3986, stricter than encodeURIComponent. */
function formatQuery(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${escapeQuery(name)}=${escapeQuery(value)}`);
  return pairs.sort().join('&');
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
