import {decodePath, encodePath} from '../../domain/path.ts';

/** What can be seen of a revision, and of a path in it. */
export const VIEWS = ['tree', 'file', 'raw', 'history', 'where', 'search', 'find', 'feed'] as const;
export type View = (typeof VIEWS)[number];

/** How a URL names a revision: not at all (the default branch), as a branch, or as an oid, a tag or a full ref name. */
export type RevisionName =
  | {readonly family: 'default'}
  | {readonly family: 'branch' | 'revision'; readonly name: string};

/** One view of one path at one revision of one repository. */
export interface Place {
  readonly repo: string;
  readonly revision: RevisionName;
  readonly view: View;
  /** As `decodePath` gives it; the root is empty. */
  readonly path: string;
}

/** What a URL asks for. */
export type ExplorerUrl =
  | {readonly page: 'repositories'}
  | {readonly page: 'branches' | 'tags' | 'refs' | 'compare'; readonly repo: string}
  | {readonly page: 'commit'; readonly repo: string; readonly oid: string}
  /**
   * Names of refs may hold slashes, so that a URL can be read in several ways: longest name first. At most 32: the
   * shortest names.
   */
  | {readonly page: 'place'; readonly readings: readonly [Place, ...Place[]]};

const READINGS_MAX = 32;

/**
 * What the path of a URL (behind the base path, as it was sent) asks for; undefined where it asks for nothing that
 * there is. The inverse of `formatUrl`.
 */
export function parseUrl(pathname: string): ExplorerUrl | undefined {
  const segments = decodeSegments(pathname);
  if (!segments) return undefined;
  const [repo, first, ...rest] = segments;
  if (repo === undefined) return {page: 'repositories'};
  switch (first) {
    case undefined:
      return placeOf([{repo, revision: {family: 'default'}, view: 'tree', path: ''}]);
    case 'tags':
    case 'refs':
    case 'compare':
      return rest.length === 0 ? {page: first, repo} : undefined;
    case 'commit':
      return rest.length === 1 ? {page: 'commit', repo, oid: rest[0]!} : undefined;
    case 'branches':
      return rest.length === 0 ? {page: 'branches', repo} : placeOf(readNames(repo, 'branch', rest));
    case 'r':
      return placeOf(readNames(repo, 'revision', rest));
    default:
      return isView(first)
        ? placeOf([{repo, revision: {family: 'default'}, view: first, path: rest.join('/')}])
        : undefined;
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
    revision.family === 'default' ? [] : [revision.family === 'branch' ? 'branches' : 'r', revision.name];
  // The root of a tree is what a revision's own URL shows.
  const isRoot = view === 'tree' && path === '';
  const parts = [repo, ...name, ...(isRoot ? [] : [view, ...(path === '' ? [] : [path])])];
  return `/${parts.map((part) => part.split('/').map(encodeSegment).join('/')).join('/')}`;
}

function placeOf(readings: readonly Place[]): ExplorerUrl | undefined {
  const [first, ...others] = readings;
  return first && {page: 'place', readings: [first, ...others]};
}

/** Each way to cut the segments into a name, a view and a path. */
function readNames(repo: string, family: 'branch' | 'revision', segments: readonly string[]): Place[] {
  const readings: Place[] = [];
  for (let length = 1; length <= segments.length && readings.length < READINGS_MAX; length++) {
    const view = segments[length] ?? 'tree';
    if (!isView(view)) continue;
    const revision = {family, name: segments.slice(0, length).join('/')};
    readings.push({repo, revision, view, path: segments.slice(length + 1).join('/')});
  }
  return readings.reverse();
}

function isView(text: string): text is View {
  return (VIEWS as readonly string[]).includes(text);
}

/** Undefined where percent signs are no escapes. Slashes at the end do not count. */
function decodeSegments(pathname: string): string[] | undefined {
  const trimmed = pathname.replace(/^\/|\/+$/g, '');
  if (trimmed === '') return [];
  if (/%(?![0-9a-fA-F]{2})/.test(trimmed)) return undefined;
  return trimmed.split('/').map(decodeSegment);
}

function decodeSegment(segment: string): string {
  const bytes: Buffer[] = [];
  for (const part of segment.split(/((?:%[0-9a-fA-F]{2})+)/)) {
    bytes.push(part.startsWith('%') ? Buffer.from(part.replaceAll('%', ''), 'hex') : Buffer.from(part));
  }
  const name = decodePath(Buffer.concat(bytes));
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
