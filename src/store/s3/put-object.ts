import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import type {Readable} from 'node:stream';
import {exactParts} from '../objects/exact-parts.ts';
import type {S3Client, S3Request} from './s3-client.ts';
import {isMissing, notS3, translateS3Errors} from './s3-failure.ts';
import {escapeXml, textOf} from './xml.ts';

const MIB = 1024 * 1024;
/** Memory of one put, and size of a retried request. S3 requires at least 5 MiB. */
const PART_BYTES_MIN = 8 * MIB;
/** AWS: "Part numbers 1 to 10,000". */
const PARTS_MAX = 10_000;
const HEADERS = {'content-type': 'application/octet-stream'};

interface Sized {
  key: string;
  sizeBytes: number;
}

/**
 * Stores the object. A small one is one request; a larger one is an upload of several parts that is invisible until it is
 * completed, and is aborted if anything fails. (The parts of a killed writer stay until `deleteUnfinished`; MinIO removes
 * them after a day, Amazon if the bucket has a rule for it.)
 *
 * Each put begins its own upload. So foreign parts never get into an object, and two puts of one key are each complete.
 */
export async function putObject(
  client: S3Client,
  {key, sizeBytes, source}: Sized & {source: Uint8Array | Readable},
): Promise<void> {
  const partBytes = planPartBytes(sizeBytes);
  const parts = exactParts(source, {sizeBytes, partBytes});
  if (sizeBytes > partBytes) return await putInParts(client, {key, sizeBytes, parts});
  for await (const body of parts) {
    await request(client, {method: 'PUT', key, headers: {...HEADERS, ...digestOf(body)}, body});
  }
}

/** Translates around each request rather than around all: what the source fails with is not the store's failure. */
function request(client: S3Client, sent: S3Request): ReturnType<S3Client['sendForText']> {
  return translateS3Errors(client.place, () => client.sendForText(sent));
}

/** How large a part is, in bytes: 8 MiB, more where 10,000 of those do not hold the object. */
function planPartBytes(sizeBytes: number): number {
  return Math.max(PART_BYTES_MIN, Math.ceil(sizeBytes / PARTS_MAX / MIB) * MIB);
}

async function putInParts(
  client: S3Client,
  {key, sizeBytes, parts}: Sized & {parts: AsyncIterable<Buffer>},
): Promise<void> {
  const etags: string[] = [];
  let uploadId: string | undefined;
  try {
    for await (const body of parts) {
      // Not before the first part: a source that fails at once leaves nothing to abort.
      uploadId ??= await beginUpload(client, key);
      etags.push(await putPart(client, {key, uploadId, number: etags.length + 1, body}));
    }
    assert(uploadId !== undefined);
    await completeUpload(client, {key, uploadId, etags, sizeBytes});
  } catch (error) {
    if (uploadId !== undefined) await abortUpload(client, {key, uploadId});
    throw error;
  }
}

/** An upload in several parts that has begun. */
export interface Upload {
  readonly key: string;
  readonly uploadId: string;
}

async function beginUpload(client: S3Client, key: string): Promise<string> {
  const {body} = await request(client, {method: 'POST', key, query: {uploads: ''}, headers: HEADERS});
  const uploadId = textOf(body, 'UploadId');
  if (uploadId === undefined) throw notS3(client.place, 'UploadId');
  return uploadId;
}

async function putPart(client: S3Client, part: Upload & {number: number; body: Buffer}): Promise<string> {
  const {key, uploadId, number, body} = part;
  const query = {partNumber: String(number), uploadId};
  const {headers} = await request(client, {method: 'PUT', key, query, headers: digestOf(body), body});
  if (headers.etag === undefined) throw notS3(client.place, 'ETag');
  return headers.etag;
}

async function completeUpload(
  client: S3Client,
  upload: Upload & {etags: string[]; sizeBytes: number},
): Promise<void> {
  const {key, uploadId, etags, sizeBytes} = upload;
  const parts = etags.map(
    (etag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
  );
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  await translateS3Errors(client.place, async () => {
    try {
      await client.sendForText({method: 'POST', key, query: {uploadId}, body});
    } catch (error) {
      // The answer to a first attempt got lost: the upload is gone because it became the object.
      if (isMissing(error, 'NoSuchUpload') && (await hasSize(client, key, sizeBytes))) return;
      throw error;
    }
  });
}

async function hasSize(client: S3Client, key: string, sizeBytes: number): Promise<boolean> {
  try {
    const {headers} = await client.sendForText({method: 'HEAD', key});
    return Number(headers['content-length']) === sizeBytes;
  } catch (error) {
    if (isMissing(error, 'NoSuchKey')) return false;
    throw error;
  }
}

/** Best effort: the failure that led here matters more, and what stays behind is not visible. */
async function abortUpload(client: S3Client, {key, uploadId}: Upload): Promise<void> {
  await client.sendForText({method: 'DELETE', key, query: {uploadId}}).catch(() => {});
}

/** Lets the server notice bytes that were damaged on the way: the signature does not cover them over TLS. */
export function digestOf(body: Buffer): Record<string, string> {
  return {'content-md5': createHash('md5').update(body).digest('base64')};
}
