import mime from 'mime';
import {nameOf} from './entry.ts';

const OCTET_STREAM = 'application/octet-stream';
const PLAIN_TEXT = 'text/plain';

/** Extensions whose registered type is not that of typical files in repositories, or that have none. */
const TEXT_TYPES: Readonly<Record<string, string>> = {
  cts: 'text/typescript',
  mts: 'text/typescript',
  ts: 'text/typescript',
  tsx: 'text/typescript',
  rs: 'text/x-rust',
  py: 'text/x-python',
  rb: 'text/x-ruby',
  go: 'text/x-go',
  sub: PLAIN_TEXT,
};

/** Types outside of text/ that are text. */
const TEXTUAL =
  /^(?:text\/.+|image\/svg\+xml|application\/(?:.+\+(?:json|xml|yaml)|json5?|xml|xml-dtd|javascript|ecmascript|node|toml|yaml|sql|graphql|n-triples|n-quads|trig|rtf|postscript|mbox|manifest\+json|x-(?:sh|csh|perl|tcl|tex|latex|texinfo|httpd-php|javascript|subrip|research-info-systems|x509-ca-cert|troff.*)))$/;

/** Types of files that are a zip archive inside. */
const ZIP_BASED =
  /openxmlformats|opendocument|epub|java-archive|vnd\.android|vnd\.ms-|x-xpinstall|\+zip$|google-earth\.kmz|apple\.(?:pages|numbers|keynote)|iwork/;
const OLE_BASED = /msword|vnd\.ms-|visio|x-msi|x-ms-installer|vnd\.mspublisher/;

interface Magic {
  readonly mime: string;
  readonly offset?: number;
  /** Latin-1. */
  readonly bytes: string;
  /** For the magic of a container format: the more exact types by extension. */
  readonly refinedBy?: RegExp;
}

const MAGICS: readonly Magic[] = [
  {mime: 'image/png', bytes: '\x89PNG\r\n\x1a\n'},
  {mime: 'image/jpeg', bytes: '\xff\xd8\xff'},
  {mime: 'image/gif', bytes: 'GIF87a'},
  {mime: 'image/gif', bytes: 'GIF89a'},
  {mime: 'image/webp', bytes: 'WEBP', offset: 8},
  {mime: 'audio/wav', bytes: 'WAVE', offset: 8},
  {mime: 'video/x-msvideo', bytes: 'AVI ', offset: 8},
  {mime: 'image/avif', bytes: 'ftypavif', offset: 4},
  {mime: 'image/heic', bytes: 'ftypheic', offset: 4},
  {mime: 'video/quicktime', bytes: 'ftypqt', offset: 4},
  {mime: 'video/mp4', bytes: 'ftyp', offset: 4, refinedBy: /^(?:audio|video)\/|^image\/hei/},
  {mime: 'image/bmp', bytes: 'BM', refinedBy: /^(?!image\/)/},
  {mime: 'image/tiff', bytes: 'II*\0', refinedBy: /^image\/x-/},
  {mime: 'image/tiff', bytes: 'MM\0*', refinedBy: /^image\/x-/},
  {mime: 'image/vnd.microsoft.icon', bytes: '\0\0\x01\0', refinedBy: /^(?!image\/)/},
  {mime: 'image/vnd.adobe.photoshop', bytes: '8BPS'},
  {mime: 'application/pdf', bytes: '%PDF-'},
  {mime: 'application/zip', bytes: 'PK\x03\x04', refinedBy: ZIP_BASED},
  {mime: 'application/zip', bytes: 'PK\x05\x06', refinedBy: ZIP_BASED},
  {mime: 'application/gzip', bytes: '\x1f\x8b'},
  {mime: 'application/x-bzip2', bytes: 'BZh'},
  {mime: 'application/x-xz', bytes: '\xfd7zXZ\0'},
  {mime: 'application/zstd', bytes: '\x28\xb5\x2f\xfd'},
  {mime: 'application/x-7z-compressed', bytes: '7z\xbc\xaf\x27\x1c'},
  {mime: 'application/vnd.rar', bytes: 'Rar!\x1a\x07'},
  {mime: 'application/x-tar', bytes: 'ustar', offset: 257},
  {mime: 'application/x-elf', bytes: '\x7fELF'},
  {
    mime: 'application/vnd.microsoft.portable-executable',
    bytes: 'MZ',
    refinedBy: /^(?!application\/(?:octet-stream|x-ms))/,
  },
  {mime: 'application/x-mach-binary', bytes: '\xcf\xfa\xed\xfe'},
  {mime: 'application/x-mach-binary', bytes: '\xce\xfa\xed\xfe'},
  {mime: 'application/java-vm', bytes: '\xca\xfe\xba\xbe'},
  {mime: 'application/wasm', bytes: '\0asm'},
  {mime: 'application/vnd.sqlite3', bytes: 'SQLite format 3\0'},
  {mime: 'application/x-ole-storage', bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', refinedBy: OLE_BASED},
  {mime: 'font/woff', bytes: 'wOFF'},
  {mime: 'font/woff2', bytes: 'wOF2'},
  {mime: 'font/otf', bytes: 'OTTO'},
  {mime: 'font/ttf', bytes: '\0\x01\0\0', refinedBy: /^(?!font\/)/},
  {mime: 'audio/mpeg', bytes: 'ID3'},
  {mime: 'audio/ogg', bytes: 'OggS', refinedBy: /\/ogg$/},
  {mime: 'audio/flac', bytes: 'fLaC'},
  {mime: 'video/webm', bytes: '\x1a\x45\xdf\xa3', refinedBy: /^(?:audio|video)\//},
];

/** The type of a text by its name. Never the type of an image (except SVG, which is text), a video or a program. */
export function textMimeOf(path: string): string {
  const name = nameOf(path);
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const known = Object.hasOwn(TEXT_TYPES, extension) ? TEXT_TYPES[extension] : mime.getType(name);
  return known != null && TEXTUAL.test(known) ? known : PLAIN_TEXT;
}

/** The type of a binary file by its first bytes, else by its name, else application/octet-stream. */
export function binaryMimeOf(path: string, head: Buffer): string {
  const named = mime.getType(nameOf(path)) ?? OCTET_STREAM;
  const magic = magicOf(head);
  if (magic === undefined) return TEXTUAL.test(named) ? OCTET_STREAM : named;
  const isRefined = named !== OCTET_STREAM && !TEXTUAL.test(named) && magic.refinedBy?.test(named) === true;
  return isRefined ? named : magic.mime;
}

/** True if the first bytes are those of a format that is never text, even if it has no NULs. */
export function hasBinaryMagic(head: Buffer): boolean {
  // Two letters prove nothing: texts may begin with BM or MZ.
  return (magicOf(head)?.bytes.length ?? 0) > 2 || (head[0] === 0x1f && head[1] === 0x8b);
}

function magicOf(head: Buffer): Magic | undefined {
  return MAGICS.find(({bytes, offset = 0}) => {
    const end = offset + bytes.length;
    return head.length >= end && head.toString('latin1', offset, end) === bytes;
  });
}
