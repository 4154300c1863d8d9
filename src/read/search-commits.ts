import {addTo, Bitmap, EMPTY_BITMAP, removeFrom} from '../domain/bitmap.ts';
import type {CommitQuery} from '../domain/query/commit-query.ts';
import {makeNameTest} from '../domain/query/name-test.ts';
import {type AnswerFacts, namesOf, withinBytes} from './answer-facts.ts';
import {findTextChanges} from './find-text-changes.ts';
import {trimPath} from './list-directory.ts';
import type {Reader} from './open-reader.ts';
import {readLiveRefs} from './read-live-refs.ts';
import {type LoggedCommit, logCommits} from './read-log.ts';
import {type Revision, resolveHistory, type WantedRevision} from './resolve-revision.ts';
import {ELSEWHERE} from './search.ts';
import {formatCursor, parseCursor} from './search-cursor.ts';
import {REFS_MAX, type WantedScope, wantedScope} from './search-scope.ts';

/** Of each commit. */
const PATHS_MAX = 100;

export interface CommitsAnswer
  extends Pick<AnswerFacts, 'tookMs' | 'unknownFilters' | 'notes' | 'scan' | 'hitsLeftOut'> {
  readonly kind: 'commits';
  readonly ref: string | null;
  readonly commit: string;
  /** All whose commits were searched; none where those of every ref were. */
  readonly revisions: readonly {readonly ref: string | null; readonly commit: string}[];
  /** Newest first, a child always before its parents. */
  readonly commits: readonly LoggedCommit[];
  /** For the next commits of the same revisions; null where there are no more. */
  readonly nextCursor: string | null;
  /** Where a text was wanted: versions of files that could not be compared, by reason. */
  readonly notSearchable: readonly {readonly value: string; readonly count: number}[];
}

export interface CommitSearchOptions {
  readonly query: CommitQuery;
  /** Several revisions: the commits that any of them reaches. */
  readonly refs: readonly WantedRevision[];
  /** The commits of every ref, not of the revisions. */
  readonly isEverywhere?: boolean | undefined;
  readonly limit: number;
  /** `nextCursor` of the answer before. */
  readonly cursor?: string | undefined;
  /** Of the commits as JSON, in bytes; at least one is always there. */
  readonly maxBytes?: number | undefined;
  readonly now: () => number;
}

/**
 * The commits that match, newest first.
 * @throws UNKNOWN_REF; USAGE for the cursor of another query; what `findTextChanges` throws
 */
export async function searchCommits(reader: Reader, options: CommitSearchOptions): Promise<CommitsAnswer> {
  const {query, limit, now, cursor} = options;
  const startedAt = now();
  const page = cursor === undefined ? undefined : parseCursor(cursor, query);
  const scope = await resolveCommits(reader, page?.scope ?? wantedScope(query.scope, options.refs));
  const all = options.isEverywhere ? await readAllHistory(reader) : scope.history;
  const isHere = makeNameTest(query.scope.repositories)(reader.repository.name);
  const path = trimPath(query.path);
  const changes =
    query.changedText && (await findTextChanges(reader, {...query.changedText, history: all, path, now}));
  const offset = page?.offset ?? 0;
  const filter = {
    expression: query.expression,
    sinceSeconds: query.after?.seconds,
    untilSeconds: query.before?.seconds,
    history: isHere ? (changes?.commits ?? all) : EMPTY_BITMAP,
    path,
    // One more tells whether there are more.
    limit: limit + 1,
    pathsMax: PATHS_MAX,
  };
  const found = limit === 0 ? [] : (await Array.fromAsync(logCommits(reader, filter, offset))).flat();
  const listed = found.slice(0, limit);
  const commits = withinBytes(listed, options.maxBytes);
  const hasMore = found.length > commits.length && !options.isEverywhere;
  const [first] = scope.revisions;
  return {
    kind: 'commits',
    ...namesOf(first!),
    revisions: options.isEverywhere ? [] : scope.revisions.map(namesOf),
    commits,
    nextCursor: hasMore ? formatCursor(query, scope, offset + commits.length) : null,
    hitsLeftOut: listed.length - commits.length,
    notes: isHere ? query.notes : [...query.notes, ELSEWHERE],
    unknownFilters: query.unknownFilters,
    scan: changes?.scan ?? null,
    notSearchable: changes?.notSearchable ?? [],
    tookMs: Math.round(now() - startedAt),
  };
}

type History = Pick<Revision, 'ref' | 'commit' | 'history'>;

interface CommitScope extends Pick<WantedScope, 'isAlone'> {
  readonly revisions: readonly History[];
  readonly excluded: readonly History[];
  readonly history: Uint8Array;
}

/** The commits that the wanted revisions reach and the excluded ones do not. */
async function resolveCommits(reader: Reader, wanted: WantedScope): Promise<CommitScope> {
  const {isAlone} = wanted;
  const resolveAll = async (names: readonly WantedRevision[]) => {
    const found: History[] = [];
    for (const name of names) found.push(await resolveHistory(reader, name));
    return found;
  };
  const [revisions, excluded] = [await resolveAll(wanted.revisions), await resolveAll(wanted.excluded)];
  using seqs = Bitmap.of();
  for (const {history} of revisions) addTo(seqs, history);
  for (const {history} of excluded) removeFrom(seqs, history);
  if (isAlone)
    for await (const ref of readLiveRefs(reader, {limit: REFS_MAX}))
      if (ref.commit !== revisions[0]!.commit) removeFrom(seqs, ref.history);
  return {revisions, excluded, isAlone, history: seqs.serialize()};
}

async function readAllHistory(reader: Reader): Promise<Uint8Array> {
  using seqs = Bitmap.of();
  for await (const {history} of readLiveRefs(reader, {limit: REFS_MAX})) addTo(seqs, history);
  return seqs.serialize();
}
