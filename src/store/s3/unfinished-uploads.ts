import {CtrError} from '../../util/ctr-error.ts';
import {assertKeyPrefix, isObjectKey} from '../objects/object-key.ts';
import type {UnfinishedPut} from '../ports/object-store.ts';
import type {Upload} from './put-object.ts';
import type {S3Client} from './s3-client.ts';
import {isMissing, notS3, translateS3Errors} from './s3-failure.ts';
import {elementsOf, textOf} from './xml.ts';

/** Limit of pages in a bucket that others fill: 100,000 unfinished uploads. */
const PAGES_MAX = 100;

/**
 * The uploads in several parts that were begun under the prefix and neither completed nor aborted.
 *
 * MinIO answers a prefix only where it is a whole key, and lists every upload where there is none (cmd/erasure-multipart.go,
 * ListMultipartUploads): where the prefix finds nothing, the bucket is asked, and what others have begun is left out.
 */
export async function* listUnfinished(client: S3Client, prefix: string): AsyncGenerator<UnfinishedPut[]> {
  assertKeyPrefix(prefix);
  let count = 0;
  for (const asked of prefix === '' ? [''] : [prefix, '']) {
    for await (const uploads of listUploads(client, asked)) {
      const own = uploads.filter(({key}) => key.startsWith(prefix) && isObjectKey(key));
      const sized: UnfinishedPut[] = [];
      for (const upload of own) {
        const sizeBytes = await measure(client, upload);
        if (sizeBytes !== undefined) sized.push({id: idOf(upload), sizeBytes});
      }
      count += sized.length;
      if (sized.length > 0) yield sized;
    }
    if (count > 0) return;
  }
}

/** Bytes that were sent for these uploads are gone afterwards. */
export async function deleteUnfinished(client: S3Client, puts: readonly UnfinishedPut[]): Promise<void> {
  for (const {id} of puts) {
    const {key, uploadId} = parseId(id);
    try {
      await client.sendForText({method: 'DELETE', key, query: {uploadId}});
    } catch (error) {
      if (!isMissing(error, 'NoSuchUpload')) throw error;
    }
  }
}

async function* listUploads(client: S3Client, prefix: string): AsyncGenerator<Upload[]> {
  let markers: Record<string, string> = {};
  for (let page = 1; page <= PAGES_MAX; page++) {
    const query = {uploads: '', 'max-uploads': '1000', ...(prefix !== '' && {prefix}), ...markers};
    const {body} = await translateS3Errors(client.place, () => client.sendForText({method: 'GET', query}));
    const isTruncated = textOf(body, 'IsTruncated');
    if (isTruncated === undefined) throw notS3(client.place, 'ListMultipartUploadsResult');
    yield elementsOf(body, 'Upload').map((element) => ({
      key: textOf(element, 'Key') ?? '',
      uploadId: textOf(element, 'UploadId') ?? '',
    }));
    const key = textOf(body, 'NextKeyMarker');
    if (isTruncated !== 'true' || !key) return;
    markers = {'key-marker': key, 'upload-id-marker': textOf(body, 'NextUploadIdMarker') ?? ''};
  }
  throw new CtrError(
    'BACKEND_REFUSED',
    `more than ${PAGES_MAX * 1000} unfinished uploads lie in the bucket`,
    {
      hint: 'Let the bucket abort them by a lifecycle rule (AbortIncompleteMultipartUpload), then try again.',
    },
  );
}

/** Total size of its first 1000 parts; undefined if the upload has ended in between. */
async function measure(client: S3Client, {key, uploadId}: Upload): Promise<number | undefined> {
  return await translateS3Errors(client.place, async () => {
    try {
      const {body} = await client.sendForText({method: 'GET', key, query: {uploadId}});
      return elementsOf(body, 'Part').reduce((sum, part) => sum + Number(textOf(part, 'Size')), 0);
    } catch (error) {
      if (isMissing(error, 'NoSuchUpload')) return undefined;
      throw error;
    }
  });
}

/** A key has no colon. */
function idOf({key, uploadId}: Upload): string {
  return `${key}:${uploadId}`;
}

function parseId(id: string): Upload {
  const end = id.indexOf(':');
  return {key: id.slice(0, end), uploadId: id.slice(end + 1)};
}
