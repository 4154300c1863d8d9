import {Readable} from 'node:stream';
import {openBytes} from '../../read/read-file.ts';
import {isOid} from '../../read/resolve-revision.ts';
import {rawHeadersOf} from './content-type.ts';
import {IMMUTABLE, RAW_HEADERS, REVALIDATED} from './page-headers.ts';
import type {PlaceRequest} from './page-request.ts';
import {type ByteRange, parseRange} from './range.ts';

/**
 * The bytes of the file, or the part of them that was asked for; undefined where there is no such file.
 * @throws NOT_FOUND where its bytes are not here
 */
export async function respondRaw(
  request: PlaceRequest,
  {method, headers}: Request,
): Promise<Response | undefined> {
  const {reader, place, revision} = request;
  const path = place.path;
  const entry = await reader.store.readEntry(revision.snapshot, path);
  if (!entry) return undefined;
  const etag = `"${entry.oid}"`;
  const common = {
    ...RAW_HEADERS,
    ...rawHeadersOf(entry),
    etag,
    'accept-ranges': 'bytes',
    'cache-control':
      place.revision.family === 'revision' && isOid(place.revision.name) ? IMMUTABLE : REVALIDATED,
  };
  if (matchesTag(headers.get('if-none-match'), etag))
    return new Response(null, {status: 304, headers: common});
  const ifRange = headers.get('if-range');
  const wanted = ifRange === null || ifRange === etag ? headers.get('range') : null;
  const range = parseRange(wanted, entry.sizeBytes);
  if (range === 'unsatisfiable') {
    return new Response(null, {
      status: 416,
      headers: {...common, 'content-range': `bytes */${entry.sizeBytes}`},
    });
  }
  // Hono answers HEAD with what GET says: bytes that nobody reads must not be opened.
  const bytes = method === 'HEAD' ? undefined : await openBytes(reader, entry, range);
  return respondBytes(bytes, {common, range, sizeBytes: entry.sizeBytes});
}

function respondBytes(
  bytes: Readable | undefined,
  {
    common,
    range,
    sizeBytes,
  }: {common: Record<string, string>; range: ByteRange | undefined; sizeBytes: number},
): Response {
  const {start, end} = range ?? {start: 0, end: sizeBytes};
  const headers = {
    ...common,
    'content-length': String(end - start),
    ...(range && {'content-range': `bytes ${start}-${end - 1}/${sizeBytes}`}),
  };
  const body = bytes ? (Readable.toWeb(bytes) as ReadableStream) : null;
  return new Response(body, {status: range ? 206 : 200, headers});
}

/** Whether the client has it already. Weak tags stand for the same bytes. */
export function matchesTag(given: string | null, etag: string): boolean {
  const tags = (given ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
