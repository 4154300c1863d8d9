import {documentIdBytes} from './document-id.ts';
import type {FrontMatterField} from './front-matter.ts';

/** The kinds of entries. A submodule points at a commit of another repository and has no bytes here. */
export const ENTRY_KINDS = ['text', 'binary', 'symlink', 'submodule', 'lfs'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/**
 * Why an entry's text cannot be found by words.
 * - `binary`: by Git's rule, or in an unknown encoding
 * - `too-large`: above `ctr.text.maxBytes`
 * - `excluded`: the owner excludes the path (`ctr.exclude`): neither text nor bytes are kept
 * - `unreadable`: Git could not give the bytes (a corrupt object); every sync retries
 * - `refused`: the index refused this one document
 */
export type NotIndexedReason = 'binary' | 'too-large' | 'excluded' | 'unreadable' | 'refused';

/** The identity of an entry: two commits with the same three show the same entry. */
export interface EntryKey {
  /** As `decodePath` gives it. */
  readonly path: string;
  /** Git's six octal digits: 100644, 100755, 120000 (symlink), 160000 (submodule). */
  readonly mode: string;
  /** Blob oid (a commit oid for a submodule), 40 or 64 hex digits. */
  readonly oid: string;
}

/** One version of one file, without its content. */
export interface EntrySummary extends EntryKey {
  /** Unique in the index set, 0..2^31-1, for life. */
  readonly seq: number;
  /** Bytes of the blob; 0 for a submodule. */
  readonly sizeBytes: number;
  readonly kind: EntryKind;
  readonly mime: string;
  readonly language?: string | undefined;
  /** WHATWG name of the encoding that `content` was decoded from. Absent if there is no content. */
  readonly encoding?: string | undefined;
  readonly title?: string | undefined;
  /** Key of the exact bytes in the object store. Absent: `content` as UTF-8 is exactly the blob. */
  readonly objectKey?: string | undefined;
  readonly notIndexed?: NotIndexedReason | undefined;
  /** Oid of the first commit, in the order of indexing, that showed this entry. */
  readonly introducedBy: string;
}

/** An entry as it is stored. Immutable: its id follows from repository, path, mode and oid. */
export interface Entry extends EntrySummary {
  /** `entryIdBytes` in base64url. */
  readonly id: string;
  /** Random id of the repository that owns the entry. */
  readonly repo: string;
  /** Decoded text; absent when there is none to search. */
  readonly content?: string | undefined;
  /** `headingsOf` the content; absent if there are none. */
  readonly headings?: readonly string[] | undefined;
  readonly frontMatter: readonly FrontMatterField[];
}

/** The id of an entry in the index, as bytes. */
export function entryIdBytes(repo: string, {path, mode, oid}: EntryKey): Buffer {
  return documentIdBytes(repo, mode, oid, path);
}

/** The directory of a path, without a trailing slash; empty for the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The last component of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The extension of a path in lower case, without its dot; empty if there is none (`.gitignore` has none). */
export function extensionOf(path: string): string {
  const name = nameOf(path);
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase();
}

/** Every directory above a path, nearest last, without the root (empty). */
export function ancestorsOf(path: string): string[] {
  const ancestors: string[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
    ancestors.push(path.slice(0, slash));
  }
  return ancestors;
}
