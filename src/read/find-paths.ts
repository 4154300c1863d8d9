import {foldText} from '../domain/fold-text.ts';
import {PATH_PATTERN_MAX_CHARS, pathTest} from '../domain/path-pattern.ts';
import {parseWantedName, rankName} from '../domain/rank-name.ts';
import {runWithin} from '../util/run-within.ts';
import {assertNotLost} from './assert-not-lost.ts';
import type {Reader} from './open-reader.ts';
import type {Revision} from './resolve-revision.ts';

/** Of all paths together; what comes behind is not looked at. */
const CHARS_MAX = 32 * 1024 * 1024;
const PATTERN_TIMEOUT_MS = 1000;

/** The paths of all files of a revision, sorted. */
export interface PathList {
  readonly paths: readonly string[];
  /** The same as they are compared. */
  readonly folded: readonly string[];
  /** False where the revision has more files than one list holds. */
  readonly isComplete: boolean;
  readonly sizeBytes: number;
}

/** Costs a walk over the revision. What follows from it follows from the commit alone, and can be kept. */
export async function listPaths(reader: Reader, {snapshot}: Pick<Revision, 'snapshot'>): Promise<PathList> {
  const paths: string[] = [];
  let chars = 0;
  for await (const batch of reader.store.scanEntries({snapshot})) {
    for (const {path} of batch) {
      paths.push(path);
      chars += path.length;
    }
    if (chars > CHARS_MAX) break;
  }
  if (paths.length === 0) await assertNotLost(reader);
  paths.sort();
  const folded = paths.map(foldText);
  return {paths, folded, isComplete: chars <= CHARS_MAX, sizeBytes: 2 * chars + 64 * paths.length};
}

export interface FoundPaths {
  /** Best first. */
  readonly paths: readonly string[];
  /** How many fit, however many are listed; undefined where the pattern took too long. */
  readonly total: number | undefined;
}

/**
 * The paths that match the typed text, at most `limit`: a part of the path, or some letters of it, best first; or a
 * pattern (with `*` or `?`, or from the root with a slash) as in `path:` of a search, in their order. All paths if the
 * text is empty.
 */
export function findPaths(
  list: Pick<PathList, 'paths' | 'folded'>,
  {typed, limit}: {typed: string; limit: number},
): FoundPaths {
  if (typed.trim() === '') return {paths: list.paths.slice(0, limit), total: list.paths.length};
  const isPattern = /[*?]|^\//.test(typed) && typed.length <= PATH_PATTERN_MAX_CHARS;
  return isPattern ? findByPattern(list.paths, typed.trim(), limit) : findByRank(list, typed, limit);
}

function findByPattern(paths: readonly string[], pattern: string, limit: number): FoundPaths {
  const fits = pathTest(pattern);
  const found = runWithin(PATTERN_TIMEOUT_MS, () => paths.filter(fits));
  return {paths: found?.slice(0, limit) ?? [], total: found?.length};
}

interface Ranked {
  readonly path: string;
  readonly rank: number;
}

function findByRank(
  {paths, folded}: Pick<PathList, 'paths' | 'folded'>,
  typed: string,
  limit: number,
): FoundPaths {
  const wanted = parseWantedName(typed);
  const best: Ranked[] = [];
  let total = 0;
  for (const [at, path] of paths.entries()) {
    const rank = rankName({name: path, folded: folded[at]!}, wanted);
    if (rank === undefined) continue;
    total++;
    takeBest(best, {path, rank}, limit);
  }
  return {paths: best.map(({path}) => path), total};
}

/** `best` stays sorted, and no longer than `limit`; of equal ones those that came first stay. */
function takeBest(best: Ranked[], found: Ranked, limit: number): void {
  if (best.length === limit && !isBetter(found, best.at(-1)!)) return;
  const at = best.findLastIndex((other) => !isBetter(found, other));
  best.splice(at + 1, 0, found);
  best.length = Math.min(best.length, limit);
}

/** Of those that fit equally well, short paths are meant more often. */
function isBetter(a: Ranked, b: Ranked): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.path.length < b.path.length);
}
