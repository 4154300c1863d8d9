import {Readable} from 'node:stream';
import {type EntrySummary, nameOf} from '../domain/entry.ts';
import {encodePath} from '../domain/path.ts';
import type {ByteRange, OpenedFile} from '../read/read-file.ts';

/** Images that browsers show and that hold no script. Not SVG, which does. */
const INLINE_IMAGES: ReadonlySet<string> = new Set([
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/vnd.microsoft.icon',
  'image/webp',
  'image/x-icon',
]);

/**
 * The exact bytes of a file as an answer that runs nowhere: an allow-list of images and all text (as plain text) are
 * shown, everything else is a download, and all of it in a sandbox without rights.
 *
 * Answers 304 for bytes that the client has (the ETag is the oid), 206 or 416 for one range; several ranges are
 * answered by the whole, as RFC 9110 allows. Holds one chunk of an object at a time. For HEAD nothing is opened.
 * @throws NOT_FOUND where the bytes are not here.
 */
export async function answerRaw(
  {method, headers: asked}: Pick<Request, 'method' | 'headers'>,
  {description, openBytes}: OpenedFile,
  {cacheControl}: {cacheControl: string},
): Promise<Response> {
  const {sizeBytes} = description;
  const etag = `"${description.oid}"`;
  const headers = new Headers({
    ...safeHeaders(description),
    ETag: etag,
    'Cache-Control': cacheControl,
    'Accept-Ranges': 'bytes',
  });
  if (matchesEtag(asked.get('If-None-Match'), etag)) return new Response(null, {status: 304, headers});
  const isRangeMeant = method === 'GET' && (asked.get('If-Range') ?? etag) === etag;
  const range = isRangeMeant ? parseRange(asked.get('Range'), sizeBytes) : undefined;
  if (range === 'unsatisfiable') {
    headers.set('Content-Range', `bytes */${sizeBytes}`);
    return new Response(null, {status: 416, headers});
  }
  headers.set('Content-Length', String(range ? range.last - range.first + 1 : sizeBytes));
  if (range) headers.set('Content-Range', `bytes ${range.first}-${range.last}/${sizeBytes}`);
  const body = method === 'HEAD' ? null : (Readable.toWeb(await openBytes(range)) as ReadableStream);
  return new Response(body, {status: range ? 206 : 200, headers});
}

/** Headers that stop pushed bytes from being run, and name the file. */
export function safeHeaders(entry: Pick<EntrySummary, 'path' | 'kind' | 'mime' | 'encoding'>) {
  const type = shownType(entry);
  return {
    'Content-Type': type ?? 'application/octet-stream',
    'Content-Disposition': `${type ? 'inline' : 'attachment'}; ${filenames(nameOf(entry.path))}`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'X-Content-Type-Options': 'nosniff',
  };
}

/** True if the file may be shown as a picture. */
export function isImage({kind, mime}: Pick<EntrySummary, 'kind' | 'mime'>): boolean {
  return kind === 'binary' && INLINE_IMAGES.has(mime);
}

/** The type under which a browser may show it; undefined for a download. */
function shownType(entry: Pick<EntrySummary, 'kind' | 'mime' | 'encoding'>): string | undefined {
  const {kind, mime, encoding = ''} = entry;
  if (kind === 'binary' || kind === 'submodule') return isImage(entry) ? mime : undefined;
  return `text/plain; charset=${/^[a-z0-9_-]+$/.test(encoding) ? encoding : 'utf-8'}`;
}

/**
 * The name for old and for new clients. Source: RFC 6266, RFC 8187. What would leave the folder of downloads or turn
 * the direction of reading (`exe.txt` for `txt.exe`) becomes an underscore.
 */
function filenames(name: string): string {
  const plain = encodePath(name)
    .toString('utf8')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}/\\]/gu, '_');
  const ascii = plain.replace(/[^ -~]|["%]/gu, '_');
  const encoded = encodeURIComponent(plain).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** True if `If-None-Match` names this representation. Source: RFC 9110, 13.1.2: weak comparison, `*` for any. */
export function matchesEtag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes('*') || tags.includes(etag.replace(/^W\//, ''));
}

/** The range that a header asks for; undefined where it asks for none, or for what we need not understand. */
function parseRange(header: string | null, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '');
  if (!match || match[0] === 'bytes=-') return undefined;
  const [, from = '', to = ''] = match;
  const first = from === '' ? Math.max(0, sizeBytes - Number(to)) : Number(from);
  const last = from === '' || to === '' ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  // A range that ends before it begins is no range at all, and one beyond the end cannot be served.
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  return first >= sizeBytes || first > last ? 'unsatisfiable' : {first, last};
}
