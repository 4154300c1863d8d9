import assert from 'node:assert/strict';
import {isAscii, isUtf8} from 'node:buffer';
import {decodeText, hasEarlyNul, wideEncodingOf} from './decode-text.ts';
import type {EntryKind, NotIndexedReason} from './entry.ts';
import {languageOf} from './languages.ts';
import {binaryMimeOf, hasBinaryMagic, textMimeOf} from './mime.ts';

const SYMLINK_MODE = '120000';

/** The properties of an entry that follow from its path, its mode and its bytes. */
export interface Classification {
  readonly kind: Exclude<EntryKind, 'submodule'>;
  readonly mime: string;
  /** Derived from the path, or from the first line; only for texts. */
  readonly language: string | undefined;
  /** Encoding that `content` was decoded from. Absent if there is no content. */
  readonly encoding: string | undefined;
  readonly content: string | undefined;
  /** True if `content` as UTF-8 is exactly the blob. If not, the bytes must be kept elsewhere. */
  readonly isExact: boolean;
  readonly notIndexed: NotIndexedReason | undefined;
}

/**
 * The kind of a blob, and its text if it has one.
 *
 * `bytes` is the whole blob if `sizeBytes` is at most `textMaxBytes`, else at least its first 8,000 bytes. A blob is
 * binary by Git's rule, or if it is not UTF-8 and begins like a well-known format (a PDF may have its first NUL
 * anywhere). UTF-16 and UTF-32 with a byte order mark are text.
 */
export function classifyBlob({
  path,
  mode,
  bytes,
  sizeBytes,
  textMaxBytes,
}: {
  path: string;
  mode: string;
  bytes: Buffer;
  sizeBytes: number;
  textMaxBytes: number;
}): Classification {
  if (sizeBytes > textMaxBytes) return classifyHead({path, mode, head: bytes});
  assert.equal(bytes.length, sizeBytes, 'a blob of this size is classified whole');
  if (mode === SYMLINK_MODE) return classifySymlink(bytes);
  if (isLfsPointer(bytes))
    return {...textOf(bytes.toString('latin1')), kind: 'lfs', mime: 'text/plain', language: undefined};
  const decoded = isForeignBinary(bytes) ? undefined : decodeText(bytes);
  if (decoded === undefined) return binary(path, bytes);
  return {
    kind: 'text',
    mime: textMimeOf(path),
    language: languageOf(path, decoded.content),
    notIndexed: undefined,
    ...decoded,
  };
}

function classifyHead({path, mode, head}: {path: string; mode: string; head: Buffer}): Classification {
  if (mode === SYMLINK_MODE)
    return {...NO_TEXT, kind: 'symlink', mime: SYMLINK_MIME, notIndexed: 'too-large'};
  const isText = wideEncodingOf(head) !== undefined || !(hasEarlyNul(head) || isForeignBinary(head));
  if (!isText) return binary(path, head);
  return {
    ...NO_TEXT,
    kind: 'text',
    mime: textMimeOf(path),
    language: languageOf(path, head.toString('latin1', 0, 256)),
    notIndexed: 'too-large',
  };
}

const SYMLINK_MIME = 'inode/symlink';
const NO_TEXT = {language: undefined, encoding: undefined, content: undefined, isExact: false} as const;

function classifySymlink(target: Buffer): Classification {
  const kind = 'symlink';
  if (!isUtf8(target)) return {...NO_TEXT, kind, mime: SYMLINK_MIME, notIndexed: 'binary'};
  return {...textOf(target.toString('utf8')), kind, mime: SYMLINK_MIME, language: undefined};
}

function textOf(content: string): Pick<Classification, 'encoding' | 'content' | 'isExact' | 'notIndexed'> {
  return {encoding: 'utf-8', content, isExact: true, notIndexed: undefined};
}

function binary(path: string, head: Buffer): Classification {
  return {...NO_TEXT, kind: 'binary', mime: binaryMimeOf(path, head), notIndexed: 'binary'};
}

/** A binary format that Git's rule may miss. Valid UTF-8 is always text. */
function isForeignBinary(bytes: Buffer): boolean {
  return hasBinaryMagic(bytes) && !isUtf8(bytes);
}

const LFS_MAX_BYTES = 1024;
const LFS_POINTER =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:[0-9a-f]{64}\nsize \d+\n?$/;

/** Source: git-lfs, docs/spec.md: less than 1024 bytes, `version` first, then keys in order, among them oid and size. */
function isLfsPointer(bytes: Buffer): boolean {
  // The first letter is checked before anything else: this runs for every blob.
  if (bytes[0] !== 0x76 || bytes.length >= LFS_MAX_BYTES || !isAscii(bytes)) return false;
  return LFS_POINTER.test(bytes.toString('latin1'));
}
