import {PassThrough, type Readable} from 'node:stream';
import {CtrError} from '../../util/ctr-error.ts';
import {withSource} from '../objects/exact-parts.ts';
import {assertKeyPrefix, assertObjectKey, isObjectKey} from '../objects/object-key.ts';
import type {ByteRange, ObjectStore} from '../ports/object-store.ts';
import {digestOf, putObject} from './put-object.ts';
import {openS3Client, type S3Client, type S3Options} from './s3-client.ts';
import {
  failureOf,
  isMissing,
  notS3,
  type Place,
  S3Failure,
  saysOnly404,
  toCtrError,
  translateS3Errors,
} from './s3-failure.ts';
import {deleteUnfinished, listUnfinished} from './unfinished-uploads.ts';
import {elementsOf, escapeXml, textOf} from './xml.ts';

/** AWS: "a list of up to 1,000 keys that you want to delete". */
const DELETE_KEYS_MAX = 1000;

/**
 * Objects in one bucket of any S3 server, addressed by path style.
 *
 * Passing failures (503, 429, a cut connection, silence) are retried here with backoff: five attempts, or twice
 * the timeout. Only what came out of a stream and is no longer held cannot be sent again: that is the caller's.
 *
 * @throws CtrError CONFIG for an address, a bucket name, keys or a caFile that cannot be. Nothing is sent yet.
 */
export async function openS3Objects(options: S3Options): Promise<ObjectStore> {
  const client = await openS3Client(options);
  const translated = <T>(action: () => Promise<T>) => translateS3Errors(client.place, action);
  return {
    backend: 's3',
    writeConcurrency: 16,
    createPlace: () => translated(() => createBucket(client)),
    async put(key, sizeBytes, source) {
      await withSource(source, async () => {
        assertObjectKey(key);
        await putObject(client, {key, sizeBytes, source});
      });
    },
    async get(key, range) {
      assertObjectKey(key);
      return await translated(() => getObject(client, key, range));
    },
    async stat(key) {
      assertObjectKey(key);
      return await translated(() => statObject(client, key));
    },
    list: (prefix) => listObjects(client, prefix),
    async delete(keys) {
      keys.forEach(assertObjectKey);
      await translated(() => deleteObjects(client, keys));
    },
    listUnfinished: (prefix) => listUnfinished(client, prefix),
    deleteUnfinished: (puts) => translated(() => deleteUnfinished(client, puts)),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
    },
  };
}

/** Asks by listing, not by HEAD: only an answer with a body says what is wrong. */
async function hasBucket(client: S3Client): Promise<boolean> {
  try {
    const {body} = await client.sendForText({method: 'GET', query: {'list-type': '2', 'max-keys': '1'}});
    if (body.includes('<ListBucketResult')) return true;
    throw notS3(client.place, 'ListBucketResult');
  } catch (error) {
    if (isMissing(error, 'NoSuchBucket')) return false;
    throw error;
  }
}

async function createBucket(client: S3Client): Promise<void> {
  if (await hasBucket(client)) return;
  try {
    await client.sendForText({method: 'PUT', body: locationOf(client.region)});
  } catch (error) {
    if (!(error instanceof S3Failure)) throw error;
    // Another process of ours may have been faster. Then the bucket answers us now.
    if (error.status === 409 && (await hasBucket(client))) return;
    throw explainNotCreated(error, client);
  }
}

/** AWS refuses its first region by name, and wants every other one by name. */
function locationOf(region: string): Buffer {
  if (region === 'us-east-1') return Buffer.alloc(0);
  const location = `<LocationConstraint>${escapeXml(region)}</LocationConstraint>`;
  const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
  return Buffer.from(
    `<CreateBucketConfiguration xmlns="${namespace}">${location}</CreateBucketConfiguration>`,
  );
}

function explainNotCreated(failure: S3Failure, {place}: S3Client): S3Failure | CtrError {
  const {url, bucket} = place;
  if (failure.code === 'BucketAlreadyExists') {
    return new CtrError('BACKEND_REFUSED', `bucket ${bucket} at ${url} belongs to another account`, {
      hint: 'Set ctr.objects.bucket to another name.',
      data: {url, bucket},
      cause: failure,
    });
  }
  if (failure.code === 'AccessDenied') {
    return new CtrError('BACKEND_REFUSED', `the credentials may not create bucket ${bucket} at ${url}`, {
      hint: 'Create it by hand, or allow s3:CreateBucket to them.',
      data: {url, bucket},
      cause: failure,
    });
  }
  return failure;
}

async function getObject(
  client: S3Client,
  key: string,
  range: ByteRange | undefined,
): Promise<Readable | undefined> {
  const headers = range && {range: `bytes=${range.first}-${range.last}`};
  try {
    const response = await client.send({method: 'GET', key, ...(headers && {headers})});
    if (headers === undefined || response.statusCode === 206) return withCtrErrors(response, client.place);
    // The whole object, however large, for a part of it.
    response.destroy();
    throw notS3(client.place, 'Content-Range');
  } catch (error) {
    if (isMissing(error, 'NoSuchKey')) return undefined;
    throw error;
  }
}

/** The same bytes; what the network fails with on the way becomes a CtrError. */
function withCtrErrors(response: Readable, place: Place): Readable {
  const bytes = new PassThrough();
  response.on('error', (error) => bytes.destroy(toCtrError(error, place)));
  bytes.on('close', () => response.destroy());
  return response.pipe(bytes);
}

async function statObject(client: S3Client, key: string): Promise<number | undefined> {
  try {
    const {headers} = await client.sendForText({method: 'HEAD', key});
    return Number(headers['content-length']);
  } catch (error) {
    if (!isMissing(error, 'NoSuchKey')) throw error;
    // Nothing, as the answer of a bucket that exists. Of a missing one, HEAD says the same.
    if (saysOnly404(error) && !(await hasBucket(client))) throw error;
    return undefined;
  }
}

async function* listObjects(
  client: S3Client,
  prefix: string,
): AsyncGenerator<{key: string; sizeBytes: number}[]> {
  assertKeyPrefix(prefix);
  let token: string | undefined;
  do {
    const page = await listPage(client, prefix, token);
    // Other keys were put there by others.
    const objects = page.objects.filter(({key}) => isObjectKey(key));
    if (objects.length > 0) yield objects;
    token = page.nextToken;
  } while (token !== undefined);
}

async function listPage(client: S3Client, prefix: string, token: string | undefined) {
  const query = {'list-type': '2', prefix, ...(token !== undefined && {'continuation-token': token})};
  const {body} = await translateS3Errors(client.place, () => client.sendForText({method: 'GET', query}));
  const objects = elementsOf(body, 'Contents').map((element) => ({
    key: textOf(element, 'Key') ?? '',
    sizeBytes: Number(textOf(element, 'Size')),
  }));
  const isTruncated = textOf(body, 'IsTruncated');
  if (isTruncated === undefined) throw notS3(client.place, 'ListBucketResult');
  const nextToken = textOf(body, 'NextContinuationToken');
  if (isTruncated === 'true' && nextToken === undefined) throw notS3(client.place, 'NextContinuationToken');
  return {objects, nextToken: isTruncated === 'true' ? nextToken : undefined};
}

async function deleteObjects(client: S3Client, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += DELETE_KEYS_MAX) {
    await deleteBatch(client, keys.slice(from, from + DELETE_KEYS_MAX));
  }
}

async function deleteBatch(client: S3Client, keys: readonly string[]): Promise<void> {
  const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('');
  const document = Buffer.from(`<Delete><Quiet>true</Quiet>${objects}</Delete>`);
  const {body} = await client.sendForText({
    method: 'POST',
    query: {delete: ''},
    // AWS: required here.
    headers: digestOf(document),
    body: document,
  });
  const failed = elementsOf(body, 'Error').find((element) => textOf(element, 'Code') !== 'NoSuchKey');
  // The answer as a whole is a 200; of one key that stays, the code says why.
  if (failed !== undefined)
    throw failureOf(failed, {status: textOf(failed, 'Code') === 'AccessDenied' ? 403 : 400});
}
