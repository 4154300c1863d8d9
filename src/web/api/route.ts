import type {RevisionName} from '../../read/resolve-revision.ts';
import {type Reading, readingsOf} from '../revision-url.ts';
import {decodeUrlPath} from '../url-path.ts';

export type Route =
  | {readonly kind: 'document' | 'repositories' | 'search'}
  | {readonly kind: 'refs'; readonly repository: string}
  /** As `readingsOf` gives them; without a word the revision itself is asked for. */
  | {readonly kind: 'revision'; readonly repository: string; readonly readings: readonly Reading[]};

const FAMILIES = new Map<string, RevisionName['family']>([
  ['head', 'head'],
  ['refs', 'ref'],
  ['r', 'commit'],
]);

/**
 * Parses a URL's path after `/api/v1`; undefined for an unknown one.
 *
 *     /openapi.json, /repositories, /search
 *     /<repository>/refs
 *     /<repository>/head[/<word>[/<path>]]
 *     /<repository>/refs/<ref>[/<word>[/<path>]]
 *     /<repository>/r/<oid>[/<word>[/<path>]]
 *
 * A ref's slashes may be written as they are or as %2F.
 */
export function parseRoute(pathname: string, words: readonly string[]): Route | undefined {
  const segments = pathname.replace(/^\//, '').split('/').map(decodeUrlPath);
  const [repository = '', family, ...rest] = segments;
  if (family === undefined) {
    if (repository === 'openapi.json') return {kind: 'document'};
    return repository === 'repositories' || repository === 'search' ? {kind: repository} : undefined;
  }
  if (family === 'refs' && rest.join('') === '') return {kind: 'refs', repository};
  const named = FAMILIES.get(family);
  const readings = named ? readingsOf(named, rest, {words, root: ''}) : [];
  return readings.length === 0 ? undefined : {kind: 'revision', repository, readings};
}
