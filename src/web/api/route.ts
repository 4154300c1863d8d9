import {decodeUrlPath} from '../url-path.ts';

/** How a URL names a revision: by HEAD's branch, by a ref, or by an oid or the beginning of one. */
export type RevisionName =
  | {readonly family: 'head'}
  | {readonly family: 'ref'; readonly name: string}
  | {readonly family: 'commit'; readonly text: string};

/** One way to read the part of a URL behind the repository. */
export interface Reading {
  readonly revision: RevisionName;
  /** What is asked for; empty: the revision itself. */
  readonly word: string;
  readonly path: string;
}

export type Route =
  | {readonly kind: 'document' | 'repositories'}
  | {readonly kind: 'refs'; readonly repository: string}
  /** From the shortest revision name to the longest; more than one only where a ref's name may go on. */
  | {readonly kind: 'revision'; readonly repository: string; readonly readings: readonly Reading[]};

/** Git's own limit on a ref's name lets few more be; whoever has them writes the slashes as %2F. */
const READINGS_MAX = 32;

/**
 * What a URL's path behind `/api/v1` asks for; undefined where it is nothing of ours.
 *
 *     /openapi.json, /repositories
 *     /<repository>/refs
 *     /<repository>/head[/<word>[/<path>]]
 *     /<repository>/refs/<ref>[/<word>[/<path>]]
 *     /<repository>/r/<oid>[/<word>[/<path>]]
 *
 * A ref's slashes may be written as they are or as %2F. Where it can end at several places, all are given.
 */
export function parseRoute(pathname: string, words: ReadonlySet<string>): Route | undefined {
  const [repository = '', family, ...rest] = pathname.replace(/^\//, '').split('/');
  if (family === undefined) {
    if (repository === 'openapi.json') return {kind: 'document'};
    return repository === 'repositories' ? {kind: 'repositories'} : undefined;
  }
  const readings = readingsOf(family, rest, words);
  if (readings === undefined) return undefined;
  const name = decodeUrlPath(repository);
  return readings.length === 0
    ? {kind: 'refs', repository: name}
    : {kind: 'revision', repository: name, readings};
}

/** None: the list of refs. */
function readingsOf(
  family: string,
  rest: readonly string[],
  words: ReadonlySet<string>,
): Reading[] | undefined {
  const reading = (revision: RevisionName, [word = '', ...path]: readonly string[]) =>
    word === '' || words.has(word) ? [{revision, word, path: decodeUrlPath(path.join('/'))}] : [];
  switch (family) {
    case 'head':
      return some(reading({family: 'head'}, rest));
    case 'r':
      return some(rest[0] ? reading({family: 'commit', text: decodeUrlPath(rest[0])}, rest.slice(1)) : []);
    case 'refs': {
      if (rest.join('') === '') return [];
      const ends = rest.flatMap((segment, at) => (at > 0 && words.has(segment) ? [at] : []));
      return [...ends.slice(0, READINGS_MAX), rest.length].flatMap((end) => {
        const name = decodeUrlPath(rest.slice(0, end).join('/').replace(/\/$/, ''));
        return reading({family: 'ref', name}, rest.slice(end));
      });
    }
    default:
      return undefined;
  }
}

function some(readings: Reading[]): Reading[] | undefined {
  return readings.length === 0 ? undefined : readings;
}
