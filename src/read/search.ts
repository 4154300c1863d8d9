import {type CommitSummary, formatSignatureTime} from '../domain/commit.ts';
import type {Facet, Facets} from '../domain/facets.ts';
import {makeNameTest} from '../domain/query/name-test.ts';
import {
  type Expression,
  hasTextClause,
  isTextClause,
  NOTHING,
  type SearchOrder,
  wantedClauses,
} from '../domain/query/query.ts';
import type {NativeAnswer, NativeSearch, SearchRequest, SearchResult} from '../store/ports/search.ts';
import {type AnswerFacts, answerFacts, hitsWithin, namesOf, type SearchOptions} from './answer-facts.ts';
import {assertNotLost} from './assert-not-lost.ts';
import {type FoundFile, foundFile, LinesFound} from './found-file.ts';
import {keepAnswer} from './kept-answers.ts';
import {matchTexts, type TextsMatched} from './match-texts.ts';
import type {Reader} from './open-reader.ts';
import type {Revision, WantedRevision} from './resolve-revision.ts';
import {type FoundByDate, searchByDate} from './search-by-date.ts';
import {formatCursor, parseCursor} from './search-cursor.ts';
import {resolveScope, type SearchScope, showingOf, wantedScope} from './search-scope.ts';

export type {NativeAnswer, NativeSearch};

/** The note of an answer where `repo:` leaves this repository out. */
export const ELSEWHERE =
  'repo: names other repositories. Only this one was asked: `ctr search --all <root>` asks several.';

/** A file of a revision that matches. */
export interface FoundHere extends FoundFile {
  /** Full name of the ref that was asked for; null for a commit. */
  readonly ref: string | null;
  readonly commit: string;
  /**
   * With `sort:date`: the commit that changed the file last, and its committer's date, ISO 8601; null where it was not
   * found.
   */
  readonly changed?: {readonly commit: string; readonly date: string} | null;
}

export interface SearchAnswer extends AnswerFacts {
  readonly ref: string | null;
  readonly commit: string;
  /** All that were searched. */
  readonly revisions: readonly {readonly ref: string | null; readonly commit: string}[];
  /** Best first, or as the query sorts them. */
  readonly hits: readonly FoundHere[];
  /** For the next hits of the same commits; null where there are no more. */
  readonly nextCursor: string | null;
  /** Files of these revisions that are not searchable by their text, by reason. */
  readonly notSearchable: Facet;
  /** All matches by what they are; where that was asked for. */
  readonly facets?: Facets;
}

export type RevisionSearchOptions = SearchOptions & {
  readonly ref?: WantedRevision;
  /** Several revisions: the files of any of them. */
  readonly refs?: readonly WantedRevision[] | undefined;
  readonly hasFacets?: boolean | undefined;
  /** False: `notSearchable` is not counted, and empty. */
  readonly hasNotSearchable?: boolean | undefined;
  /** `nextCursor` of the answer before. */
  readonly cursor?: string | undefined;
};

/**
 * The files of a revision that match.
 * @throws UNKNOWN_REF; QUERY where the engine finds a pattern too complex; USAGE for the cursor of another query
 */
export async function search(reader: Reader, options: RevisionSearchOptions): Promise<SearchAnswer> {
  const {query, limit, now, hasFacets, hasNotSearchable = true} = options;
  const startedAt = now();
  const page = options.cursor === undefined ? undefined : parseCursor(options.cursor, query);
  const given = options.refs ?? [options.ref];
  const scope = await resolveScope(reader, page?.scope ?? wantedScope(query.scope, given));
  const offset = page?.offset ?? 0;
  const lines = new LinesFound(query.expression, options);
  const isHere = makeNameTest(query.scope.repositories)(reader.repository.name);
  const wanted = isHere ? query.expression : NOTHING;
  const {expression, scan} = await decideTexts(reader, wanted, {scope, now});
  const asked = {expression, scope, limit, offset, onContent: lines.take, hasFacets};
  const {total, hits, facets, changes, notes} = await findHits(reader, query.sort, asked);
  if (total === 0) await assertNotLost(reader);
  const showing = showingOf(scope);
  const found = hits.map((hit): FoundHere => {
    const {ref, commit} = showing(hit.entry.seq);
    const {seq} = hit.entry;
    return {
      ...foundFile(hit, lines),
      ref: ref ?? null,
      commit,
      ...(changes && {changed: changeOf(changes.get(seq))}),
    };
  });
  const shown = hitsWithin(found, options.maxBytes);
  const next = offset + shown.length;
  const facts = answerFacts(reader, options, {
    total,
    scan,
    startedAt,
    hitsLeftOut: found.length - shown.length,
  });
  return {
    ...namesOf(scope.revisions[0]),
    revisions: scope.revisions.map(namesOf),
    hits: shown,
    nextCursor: next < total && shown.length > 0 ? formatCursor(query, scope, next) : null,
    ...facts,
    notes: [...facts.notes, ...notes, ...(isHere ? [] : [ELSEWHERE])],
    notSearchable:
      hasNotSearchable && asksForText(query.expression) ? await countNotSearchable(reader, scope) : [],
    ...(facets && {facets}),
  };
}

type Wanted = Pick<SearchRequest, 'expression' | 'limit' | 'onContent' | 'hasFacets'> & {
  readonly scope: SearchScope;
  readonly offset: number;
};

async function findHits(
  reader: Reader,
  order: SearchOrder,
  {scope, ...wanted}: Wanted,
): Promise<SearchResult & Partial<FoundByDate> & Pick<FoundByDate, 'notes'>> {
  const {snapshot} = scope;
  if (order !== 'date') return {...(await reader.store.search({...wanted, snapshot, order})), notes: []};
  const found = await searchByDate(reader, {...wanted, scope});
  const {facets} = wanted.hasFacets
    ? await reader.store.search({...wanted, snapshot, limit: 0})
    : {facets: undefined};
  return {...found, ...(facets && {facets})};
}

function changeOf(commit: CommitSummary | undefined): NonNullable<FoundHere['changed']> | null {
  return commit ? {commit: commit.oid, date: formatSignatureTime(commit.committer)} : null;
}

function asksForText(expression: Expression): boolean {
  return wantedClauses(expression).some((clause) => clause.type === 'words' || isTextClause(clause));
}

/** The next page of an answer reads no text again. */
async function decideTexts(
  reader: Reader,
  expression: Expression,
  {scope, now}: {scope: SearchScope; now: () => number},
): Promise<TextsMatched> {
  const {snapshot} = scope;
  const compute = () => matchTexts(reader.store, expression, {snapshot, now});
  const question = questionAbout(reader, scope, expression);
  // Without text clauses nothing is read.
  if (!question || !hasTextClause(expression)) return compute();
  return keepAnswer(reader.store, question, {compute, isFinal: ({scan}) => scan?.isComplete !== false});
}

/** Files of the scope whose text is not in the index, by reason. */
async function countNotSearchable(reader: Reader, scope: SearchScope): Promise<Facet> {
  const compute = () => countNotIndexed(reader, scope);
  const question = questionAbout(reader, scope, 'not searchable');
  return question ? keepAnswer(reader.store, question, {compute}) : compute();
}

/** Undefined for a scope of more than one commit, or of a part of its files. */
function questionAbout(
  {repository}: Reader,
  {revisions: [{commit, snapshot: whole}, ...others], snapshot}: SearchScope,
  question: unknown,
): unknown[] | undefined {
  return others.length === 0 && snapshot === whole ? [repository.id, commit, question] : undefined;
}

/** Why files of the revision are not found by their words, and how many those are. */
export async function countNotIndexed(
  {store}: Pick<Reader, 'store'>,
  {snapshot}: Pick<Revision, 'snapshot'>,
): Promise<Facet> {
  const expression: Expression = {type: 'unsearchable'};
  const {facets} = await store.search({expression, snapshot, limit: 0, hasFacets: true});
  return facets?.notIndexed ?? [];
}

/** Searches the revision in the engine's own words; undefined where the engine has none for clients. */
export function nativeSearchOf(
  {store, repository}: Reader,
  {snapshot}: Pick<Revision, 'snapshot'>,
): ((search: Omit<NativeSearch, 'repo' | 'snapshot'>) => Promise<NativeAnswer>) | undefined {
  const {searchNatively} = store;
  return searchNatively && ((search) => searchNatively({...search, repo: repository.id, snapshot}));
}
