import {encodePath} from '../../domain/path.ts';
import type {RevisionName} from '../../read/resolve-revision.ts';
import {type Reading, readingsOf} from '../revision-url.ts';
import {decodePercent} from '../url-path.ts';

/** The views of a revision, and of a path in it. */
export const VIEWS = ['tree', 'file', 'raw', 'history', 'where', 'search', 'find', 'feed'] as const;
export type View = (typeof VIEWS)[number];

/** One view of one path at one revision of one repository. */
export interface Place {
  readonly repo: string;
  readonly revision: RevisionName;
  readonly view: View;
  /** As `decodePath` gives it; the root is empty. */
  readonly path: string;
}

/** A parsed URL. */
export type ExplorerUrl =
  | {readonly page: 'repositories'}
  | {readonly page: 'branches' | 'tags' | 'refs' | 'compare'; readonly repo: string}
  | {readonly page: 'commit'; readonly repo: string; readonly oid: string}
  /** As `readingsOf` gives them. */
  | {readonly page: 'place'; readonly readings: readonly [Place, ...Place[]]};

const GRAMMAR = {words: VIEWS, root: 'tree'} as const;

/**
 * Parses the path of a URL (after the base path, as it was sent); undefined for an unknown one. The inverse of
 * `formatUrl`.
 */
export function parseUrl(pathname: string): ExplorerUrl | undefined {
  const segments = decodeSegments(pathname);
  if (!segments) return undefined;
  const [repo, first = '', ...rest] = segments;
  if (repo === undefined) return {page: 'repositories'};
  switch (first) {
    case 'tags':
    case 'refs':
    case 'compare':
      return rest.length === 0 ? {page: first, repo} : undefined;
    case 'commit':
      return rest.length === 1 ? {page: 'commit', repo, oid: rest[0]!} : undefined;
    case 'branches':
      return rest.length === 0
        ? {page: 'branches', repo}
        : placeOf(repo, readingsOf('branch', rest, GRAMMAR));
    case 'r':
      return placeOf(repo, readingsOf('revision', rest, GRAMMAR));
    default:
      return placeOf(repo, readingsOf('head', segments.slice(1), GRAMMAR));
  }
}

/** The URL's path, behind the base path. */
export function formatUrl(url: Exclude<ExplorerUrl, {page: 'place'}> | Place): string {
  if ('view' in url) return formatPlace(url);
  if (url.page === 'repositories') return '/';
  const oid = url.page === 'commit' ? [url.oid] : [];
  return `/${[url.repo, url.page, ...oid].map(encodeSegment).join('/')}`;
}

function formatPlace({repo, revision, view, path}: Place): string {
  const name =
    revision.family === 'head' ? [] : [revision.family === 'branch' ? 'branches' : 'r', revision.name];
  // The root of a tree is what a revision's own URL shows.
  const isRoot = view === 'tree' && path === '';
  const parts = [repo, ...name, ...(isRoot ? [] : [view, ...(path === '' ? [] : [path])])];
  return `/${parts.map((part) => part.split('/').map(encodeSegment).join('/')).join('/')}`;
}

function placeOf(repo: string, readings: readonly Reading<View>[]): ExplorerUrl | undefined {
  const [first, ...others] = readings.map(({revision, word: view, path}) => ({repo, revision, view, path}));
  return first && {page: 'place', readings: [first, ...others]};
}

/** Undefined where percent signs are no escapes. Slashes at the end do not count. */
function decodeSegments(pathname: string): string[] | undefined {
  const trimmed = pathname.replace(/^\/|\/+$/g, '');
  if (trimmed === '') return [];
  if (/%(?![0-9a-fA-F]{2})/.test(trimmed)) return undefined;
  return trimmed.split('/').map(decodeSegment);
}

function decodeSegment(segment: string): string {
  const name = decodePercent(segment);
  return HAS_TILDE.test(name) ? name.slice(1) : name;
}

/**
 * The bytes of a name, percent-encoded. Clients take `.` and `..` away even where they are percent-encoded, so they
 * stand behind a tilde; and so does a name that looks like that.
 */
function encodeSegment(name: string): string {
  const safe = NEEDS_TILDE.test(name) ? `~${name}` : name;
  if (/^[A-Za-z0-9._~-]*$/.test(safe)) return safe;
  return Array.from(encodePath(safe), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~@+,=-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

const NEEDS_TILDE = /^~*\.{1,2}$/;
const HAS_TILDE = /^~+\.{1,2}$/;
