import {parseMoment} from '../domain/parse-moment.ts';
import {CtrError} from '../util/ctr-error.ts';
import type {Reader} from './open-reader.ts';

/** A name and the moment that is asked for: `main@{2026-01-01}`. No name of a ref holds `@{`. */
export interface NameAsOf {
  readonly name: string;
  /** Seconds since 1970; a date without a time is its last second in UTC. Absent: now. */
  readonly untilSeconds?: number;
}

/** @throws UNKNOWN_REF where the braces hold no date. */
export function parseNameAsOf(text: string): NameAsOf {
  const match = /^(.*)@\{([^{}]*)\}$/s.exec(text);
  if (!match) return {name: text};
  const untilSeconds = parseMoment(match[2]!, {isEnd: true});
  if (untilSeconds === undefined)
    throw new CtrError('UNKNOWN_REF', `not a date: ${match[2]}`, {
      hint: 'Dates are written like main@{2026-01-31} or main@{2026-01-31T12:00Z}.',
    });
  return {name: match[1]! || 'HEAD', untilSeconds};
}

/**
 * The oid of the first commit on the first-parent line from `commit` that was committed at that moment or before. Git's
 * own `@{date}` reads the reflog, which the index has not.
 * @throws UNKNOWN_REF where all are newer.
 */
export async function findCommitAsOf(
  {store}: Reader,
  {commit, history}: {readonly commit: string; readonly history: Uint8Array},
  untilSeconds: number,
): Promise<string> {
  // A child is always listed before its parents.
  let next: string | undefined = commit;
  for await (const commits of store.listCommits({history, pathsMax: 0})) {
    for (const {oid, parents, committer} of commits) {
      if (oid !== next) continue;
      if (committer.timeSeconds <= untilSeconds) return oid;
      next = parents[0];
    }
    if (next === undefined) break;
  }
  const moment = new Date(untilSeconds * 1000).toISOString();
  throw new CtrError('UNKNOWN_REF', `there was no commit at ${moment}`, {
    hint: 'The first commit is newer than that.',
  });
}
