import type {EntrySummary} from '../../domain/entry.ts';
import {encodePath} from '../../domain/path.ts';

/** Pictures that cannot hold a script. SVG can. */
const IMAGES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
  'image/bmp',
  'image/vnd.microsoft.icon',
]);

/** Whether the file may be shown as a picture. */
export function isImage({kind, mime}: Pick<EntrySummary, 'kind' | 'mime'>): boolean {
  return kind === 'binary' && IMAGES.has(mime);
}

/** How raw bytes are sent: text as plain text, safe pictures as such, anything else to be kept as a file. */
export function rawHeadersOf(entry: Pick<EntrySummary, 'kind' | 'mime' | 'encoding' | 'path'>): {
  'content-type': string;
  'content-disposition': string;
} {
  const name = entry.path.slice(entry.path.lastIndexOf('/') + 1);
  if (entry.kind !== 'binary') {
    const charset = /^[a-z0-9_-]+$/.test(entry.encoding ?? '') ? entry.encoding : 'utf-8';
    return {
      'content-type': `text/plain; charset=${charset}`,
      'content-disposition': dispositionOf('inline', name),
    };
  }
  const mime = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(entry.mime) ? entry.mime : 'application/octet-stream';
  return {
    'content-type': mime,
    'content-disposition': dispositionOf(isImage(entry) ? 'inline' : 'attachment', name),
  };
}

/**
 * A name for whatever reads headers: in ASCII with dashes for the rest, and as it is.
 * Source: RFC 6266 and RFC 8187.
 */
export function dispositionOf(kind: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^A-Za-z0-9._ -]/g, '-').slice(0, 200);
  // A client that takes UTF-8 for granted must find it.
  const text = encodePath(name).toString('utf8').slice(0, 200).toWellFormed();
  const exact = Array.from(Buffer.from(text), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${exact}`;
}
