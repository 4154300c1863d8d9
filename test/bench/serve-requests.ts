import {hash} from 'node:crypto';
import {directoryOf} from '../../src/domain/entry.ts';
import {encodePath} from '../../src/domain/path.ts';
import {formatUrl, type View} from '../../src/web/explorer/explorer-url.ts';
import type {Random} from './random.ts';

/** The requests of a client, in turn. */
export const REQUEST_KINDS = [
  'folder page',
  'file page',
  'search page',
  'API tree',
  'API file',
  'API search',
] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export interface ServeRequest {
  readonly kind: RequestKind;
  /** Path and query of the URL. */
  readonly url: string;
}

/** The things that requests are made for. */
export interface ServedThings {
  /** As URLs have it. */
  readonly repo: string;
  /** Short name of the branch. */
  readonly branch: string;
  readonly files: readonly string[];
  readonly queries: readonly string[];
  readonly random: Random;
}

/**
 * So many requests, every kind in turn. Files are asked for in a random order, each as a page and by the API; all
 * of them once before one comes again. Folders are those of random files: the larger, the more often.
 */
export function chooseRequests(things: ServedThings, count: number): ServeRequest[] {
  const files = shuffle(things.files, things.random);
  return Array.from({length: count}, (_, at) => {
    const kind = REQUEST_KINDS[at % REQUEST_KINDS.length]!;
    const turn = Math.floor(at / REQUEST_KINDS.length);
    const file = files[turn % files.length]!;
    const query = things.queries[turn % things.queries.length]!;
    return {kind, url: urlOf(kind, things, {file, query})};
  });
}

/** The part of an answer that depends on the commit alone. Scores depend on the whole index. */
export function wholeOf({kind}: ServeRequest, {status, body}: {status: number; body: string}): string {
  return `${status} ${partOf(kind, body)}`;
}

function partOf(kind: RequestKind, body: string): string | undefined {
  switch (kind) {
    case 'search page':
      return /role="status">([\d,]+) files?/.exec(body)?.[1];
    case 'API search': {
      const {commit, total, hits} = JSON.parse(body) as {commit: string; total: number; hits: unknown[]};
      return JSON.stringify({commit, total, shown: hits.length});
    }
    case 'file page':
      // Of the branches that it is also on, the import makes one more. Colours are left out where they take too long.
      return hash('sha256', body.replace(/<section class="also".*?<\/section>|<\/?span[^>]*>/gs, ''));
    case 'folder page':
    case 'API tree':
    case 'API file':
      return hash('sha256', body);
  }
}

function urlOf(
  kind: RequestKind,
  {repo, branch}: ServedThings,
  {file, query}: {file: string; query: string},
): string {
  const page = (view: View, path: string) =>
    formatUrl({repo, revision: {family: 'branch', name: branch}, view, path});
  const api = (rest: string) =>
    `/api/v1/${encodeURIComponent(repo)}/refs/${encodeURIComponent(branch)}/${rest}`;
  const search = new URLSearchParams({q: query}).toString();
  switch (kind) {
    case 'folder page':
      return page('tree', directoryOf(file));
    case 'file page':
      return page('file', file);
    case 'search page':
      return `${page('search', '')}?${search}`;
    case 'API tree':
      return api(`tree/${encodeComponents(directoryOf(file))}`);
    case 'API file':
      return api(`file/${encodeComponents(file)}`);
    case 'API search':
      return api(`search?${search}`);
  }
}

/** A path's bytes, percent-encoded. */
function encodeComponents(path: string): string {
  return Array.from(encodePath(path), (byte) =>
    byte === 0x2f ? '/' : `%${byte.toString(16).padStart(2, '0')}`,
  ).join('');
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const at = random.between(0, last);
    [shuffled[last], shuffled[at]] = [shuffled[at]!, shuffled[last]!];
  }
  return shuffled;
}
