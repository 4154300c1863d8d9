import {
  type CommitNode,
  type CommitSummary,
  formatSignatureTime,
  type ListedCommit,
} from '../domain/commit.ts';
import type {WantedCommit} from '../domain/commit-match.ts';
import type {Facet} from '../domain/facets.ts';
import type {CommitFilter} from '../store/ports/commits.ts';
import {assertNotLost} from './assert-not-lost.ts';
import {findCommit} from './find-commit.ts';
import {findTextChanges, type WantedText} from './find-text-changes.ts';
import {trimPath} from './list-directory.ts';
import type {TextScan} from './match-texts.ts';
import type {Reader} from './open-reader.ts';
import {resolveHistory, type WantedRevision} from './resolve-revision.ts';

/** A commit of a log. */
export interface LoggedCommit {
  readonly oid: string;
  readonly parents: readonly string[];
  /** `date`: ISO 8601 in the author's own offset. */
  readonly author: {readonly name: string; readonly email: string; readonly date: string};
  readonly subject: string;
  /** The first paths that the commit changed against every parent. */
  readonly paths: readonly string[];
  /** How many paths it changed. */
  readonly pathsTotal: number;
}

export interface Log {
  readonly ref: string | null;
  readonly commit: string;
  readonly path: string;
  /** Newest first, a child always before its parents. */
  readonly commits: AsyncIterable<LoggedCommit[]>;
  /** Texts that were read to find the wanted text; null if none was wanted. */
  readonly scan: TextScan | null;
  /** Versions of files that could not be compared, by reason. */
  readonly notSearchable: Facet;
}

interface WantedLog extends WantedCommit {
  readonly path: string;
  readonly ref?: WantedRevision;
  /** So many of the wanted commits are left out, the first ones. */
  readonly skip?: number | undefined;
  /** At most this many; absent: all. */
  readonly limit?: number | undefined;
  /** Whole oid: only what comes behind this commit, as a log that was read up to it goes on. */
  readonly after?: string | undefined;
  /** Of each commit at most this many paths. */
  readonly pathsMax: number;
  /** Only commits that bring or take away this text. `now`: milliseconds, for the limits of reading texts. */
  readonly changedText?: (WantedText & {readonly now: () => number}) | undefined;
}

/**
 * The commits that a revision reaches, or those of them that changed a file or something below a directory; of these,
 * the wanted ones.
 * @throws UNKNOWN_REF; what `findTextChanges` throws
 */
export async function readLog(
  reader: Reader,
  {path: given, ref, after, skip = 0, limit, changedText, ...wanted}: WantedLog,
): Promise<Log> {
  const path = trimPath(given);
  const revision = await resolveHistory(reader, ref);
  const {history} = revision;
  const changes = changedText && (await findTextChanges(reader, {...changedText, history, path}));
  const last = await findLast(reader, after);
  const filter = {...wanted, history: changes?.commits ?? history, path, limit, after: last};
  const commits = logCommits(reader, filter, skip);
  const {scan = null, notSearchable = []} = changes ?? {};
  return {ref: revision.ref ?? null, commit: revision.commit, path, scan, notSearchable, commits};
}

/** The commits of a listing as a log shows them, without the first ones. */
export function logCommits(
  reader: Reader,
  filter: CommitFilter,
  skip: number,
): AsyncGenerator<LoggedCommit[]> {
  const {limit} = filter;
  const batches = reader.store.listCommits({...filter, limit: limit && limit + skip});
  return logged(reader, skipFirst(batches, skip));
}

type WantedCommits = WantedCommit &
  Pick<CommitFilter, 'history' | 'path'> &
  Pick<WantedLog, 'after'> & {readonly limit: number};

/** The commits of a history, or those of them that changed `path`, newest first; without their paths. */
export async function listCommits(
  reader: Reader,
  {after, ...filter}: WantedCommits,
): Promise<CommitSummary[]> {
  const last = await findLast(reader, after);
  const batches = reader.store.listCommits({...filter, after: last, pathsMax: 0});
  const commits = (await Array.fromAsync(batches)).flat();
  if (commits.length === 0) await assertNotLost(reader);
  return commits;
}

async function* skipFirst<T>(batches: AsyncIterable<T[]>, count: number): AsyncGenerator<T[]> {
  let left = count;
  for await (const batch of batches) {
    if (left < batch.length) yield batch.slice(left);
    left = Math.max(0, left - batch.length);
  }
}

async function findLast(reader: Reader, oid: string | undefined): Promise<CommitNode | undefined> {
  return oid === undefined ? undefined : (await findCommit(reader, oid)).record;
}

async function* logged(
  reader: Reader,
  batches: AsyncIterable<ListedCommit[]>,
): AsyncGenerator<LoggedCommit[]> {
  let isEmpty = true;
  for await (const batch of batches) {
    isEmpty &&= batch.length === 0;
    yield batch.map(({oid, parents, author, subject, paths, pathsTotal}) => ({
      oid,
      parents,
      author: {name: author.name, email: author.email, date: formatSignatureTime(author)},
      subject,
      paths,
      pathsTotal,
    }));
  }
  if (isEmpty) await assertNotLost(reader);
}
