import type {ContentfulStatusCode} from 'hono/utils/http-status';
import type {SiteRepository} from '../../app/site/site.ts';
import type {Reader} from '../../read/open-reader.ts';
import type {Revision} from '../../read/resolve-revision.ts';
import type {Cache} from '../../util/cache.ts';
import type {AppOptions} from '../app-options.ts';
import type {Gate} from '../gate.ts';
import {formatUrl, type Place, type View} from './explorer-url.ts';
import type {Html} from './html.ts';

/** A question about one repository. */
export interface RepositoryRequest {
  readonly options: AppOptions;
  /** Of what follows from oids alone, by a key that begins with the repository's id. */
  readonly cache: Cache;
  /** Limits concurrent searches and walks; each passes it once. */
  readonly gate: Gate;
  readonly repository: SiteRepository;
  readonly reader: Reader;
  /** Where the client sees the server, as `publicOrigin` gives it. */
  readonly origin: string;
  /** Decoded as paths are: what is not UTF-8 is kept. */
  readonly query: URLSearchParams;
}

/** A question about one path of one revision. */
export interface PlaceRequest extends RepositoryRequest {
  readonly place: Place;
  readonly revision: Revision;
}

/** The content of a page, without its frame. */
export interface Page {
  /** As plain text, most exact part first. */
  readonly title: string;
  readonly body: Html;
  readonly status?: ContentfulStatusCode;
  /** In seconds. */
  readonly retryAfter?: string | undefined;
  /** The page asks for itself again after so long. */
  readonly refreshSeconds?: number;
}

/** Where the URL is on this server. */
export function hrefOf(
  {basePath}: Pick<AppOptions, 'basePath'>,
  url: Parameters<typeof formatUrl>[0],
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const search = new URLSearchParams(given).toString();
  return `${basePath}${formatUrl(url)}${search && `?${search}`}`;
}

/** The root of the tree of the default branch. */
export function rootOf(repo: string): Place {
  return {repo, revision: {family: 'head'}, view: 'tree', path: ''};
}

/** Another page of the same repository: of a revision, the root of its tree unless more is given. */
export function hrefIn(
  {options, repository}: Pick<RepositoryRequest, 'options' | 'repository'>,
  to:
    | {readonly page: 'branches' | 'tags' | 'refs' | 'compare'}
    | {readonly page: 'commit'; readonly oid: string}
    | (Pick<Place, 'revision'> & Partial<Place>),
  query?: Readonly<Record<string, string | undefined>>,
): string {
  const repo = repository.name;
  return hrefOf(options, 'page' in to ? {...to, repo} : {view: 'tree', path: '', ...to, repo}, query);
}

/** Another view or path of the same revision. */
export function hrefAt(
  {options, place}: Pick<PlaceRequest, 'options' | 'place'>,
  to: {readonly view: View; readonly path?: string},
  query?: Readonly<Record<string, string | undefined>>,
): string {
  return hrefOf(options, {...place, path: '', ...to}, query);
}

/** The same view and path at a commit: what it shows never changes. */
export function hrefAtCommit(
  {options, place}: Pick<PlaceRequest, 'options' | 'place'>,
  commit: string,
  to: {readonly view?: View; readonly path?: string} = {},
  query?: Readonly<Record<string, string | undefined>>,
): string {
  return hrefOf(options, {...place, ...to, revision: {family: 'revision', name: commit}}, query);
}

/** How a URL names a ref, by its full name. */
export function revisionOfRef(name: string): Place['revision'] {
  if (name.startsWith('refs/heads/')) return {family: 'branch', name: name.slice('refs/heads/'.length)};
  // The short name of a tag may be that of a branch as well.
  return {family: 'revision', name};
}

/** The result of `compute`, from the cache if it is there. `weigh`: approximate bytes of the result. */
export async function cached<T>(
  {cache, reader}: Pick<RepositoryRequest, 'cache' | 'reader'>,
  key: readonly string[],
  work: {compute: () => Promise<T>; weigh: (value: T) => number},
): Promise<T> {
  return cache.remember([reader.repository.id, ...key].join('\0'), work);
}
