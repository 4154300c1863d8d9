import {LRUCache} from 'lru-cache';
import {type CommitSummary, formatSignatureTime} from '../domain/commit.ts';
import type {EntryKind, EntrySummary} from '../domain/entry.ts';
import type {Facet, Facets} from '../domain/facets.ts';
import {
  type FoundLine,
  type FoundLines,
  type LineFinder,
  makeLineFinder,
} from '../domain/query/match-lines.ts';
import {makeNameTest} from '../domain/query/name-test.ts';
import {
  type Expression,
  hasTextClause,
  isTextClause,
  NOTHING,
  type Query,
  type SearchOrder,
  wantedClauses,
} from '../domain/query/query.ts';
import type {UnknownFilter} from '../domain/query/unknown-filters.ts';
import type {RepositoryRecord} from '../domain/repository.ts';
import type {IndexReader} from '../store/ports/index-store.ts';
import type {
  NativeAnswer,
  NativeSearch,
  SearchHit,
  SearchRequest,
  SearchResult,
} from '../store/ports/search.ts';
import {assertNotLost} from './assert-not-lost.ts';
import {matchTexts, type TextScan, type TextsMatched} from './match-texts.ts';
import type {Reader} from './open-reader.ts';
import type {Revision, WantedRevision} from './resolve-revision.ts';
import {type FoundByDate, searchByDate} from './search-by-date.ts';
import {formatCursor, parseCursor} from './search-cursor.ts';
import {resolveScope, type SearchScope, showingOf, wantedScope} from './search-scope.ts';

export type {NativeAnswer, NativeSearch};

const LINES_MAX = 1000;
const LINE_MAX_CHARS = 1000;
/** The note of an answer where `repo:` leaves this repository out. */
export const ELSEWHERE =
  'repo: names other repositories. Only this one was asked: `ctr search --all <root>` asks several.';

/** A file that matches. */
export interface FoundFile {
  readonly path: string;
  readonly oid: string;
  readonly kind: EntryKind;
  readonly language: string | null;
  readonly sizeBytes: number;
  readonly score: number;
  /**
   * Lines that match, with the lines around them that were asked for: those that hold most of the query's clauses, then
   * the first; in the order of the file. Empty where nothing in the text is asked for, or only the path matches.
   */
  readonly lines: readonly FoundLine[];
  /** How many lines match. */
  readonly linesTotal: number;
}

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

/** Members of every answer of a search. */
export interface AnswerFacts {
  /** However many are listed. */
  readonly total: number;
  readonly tookMs: number;
  /** Of the query, what looks like a filter and is none. */
  readonly unknownFilters: readonly UnknownFilter[];
  /** Sentences for a person: how the query was read, and what is not in the answer. */
  readonly notes: readonly string[];
  /** Where texts had to be read one by one. */
  readonly scan: TextScan | null;
  /** How many hits were left out of this answer because of its limit of bytes. */
  readonly hitsLeftOut: number;
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

/** Options of a search, without its limits. */
export interface SearchOptions {
  readonly query: Query;
  readonly limit: number;
  readonly now: () => number;
  /** Lines of one file, at most 1000. */
  readonly linesMax?: number | undefined;
  /** So many lines around each line that matches. */
  readonly contextLines?: number | undefined;
  /** Of the hits as JSON, in bytes; at least one is always there. */
  readonly maxBytes?: number | undefined;
}

export type RevisionSearchOptions = SearchOptions & {
  readonly ref?: WantedRevision;
  /** Several revisions: the files of any of them. */
  readonly refs?: readonly WantedRevision[] | undefined;
  readonly hasFacets?: boolean | undefined;
  /** `nextCursor` of the answer before. */
  readonly cursor?: string | undefined;
};

/**
 * The files of a revision that match.
 * @throws UNKNOWN_REF; QUERY where the engine finds a pattern too complex; USAGE for the cursor of another query
 */
export async function search(reader: Reader, options: RevisionSearchOptions): Promise<SearchAnswer> {
  const {query, limit, now, hasFacets} = options;
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
  const shown = withinBytes(found, options.maxBytes);
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
    notSearchable: asksForText(query.expression) ? await countNotSearchable(reader, scope) : [],
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

function namesOf({ref, commit}: Revision): {ref: string | null; commit: string} {
  return {ref: ref ?? null, commit};
}

/** The members that every answer has. */
export function answerFacts(
  {repository}: Pick<Reader, 'repository'>,
  {query, now}: Pick<SearchOptions, 'query' | 'now'>,
  {
    startedAt,
    total,
    scan,
    hitsLeftOut,
  }: Pick<AnswerFacts, 'total' | 'hitsLeftOut'> & {scan: TextScan | undefined; startedAt: number},
): AnswerFacts {
  return {
    total,
    tookMs: Math.round(now() - startedAt),
    unknownFilters: query.unknownFilters,
    notes: [...notesOf(query, total), ...(scan ? scanNotes(scan, repository) : [])],
    scan: scan ?? null,
    hitsLeftOut,
  };
}

/** Sentences about how the query was read. */
export function notesOf({notes, expression}: Query, total: number): string[] {
  const isOr = (clause: Expression) => clause.type === 'words' && clause.text === 'or';
  return total === 0 && wantedClauses(expression).some(isOr) ? [...notes, LOWER_CASE_OR] : [...notes];
}

const LOWER_CASE_OR = '"or" was searched for as a word. For one or the other write OR in upper case.';

function scanNotes({files, isComplete}: TextScan, {builtWith}: RepositoryRecord): string[] {
  return [
    ...(isComplete
      ? []
      : [`Only ${files} texts were read before the limit of one search: narrow it, for example by path:.`]),
    ...(builtWith[0]?.substrings === false
      ? ['The index has no trigrams (ctr.index.substrings): the texts themselves were searched.']
      : []),
  ];
}

/** The first hits that fit into so many bytes of JSON; at least one, of which lines may be left out. */
export function withinBytes<T extends FoundFile>(
  hits: readonly T[],
  maxBytes = Number.POSITIVE_INFINITY,
): T[] {
  const shown: T[] = [];
  let left = maxBytes;
  for (const hit of hits) {
    left -= bytesOf(hit);
    if (left < 0) return shown.length > 0 ? shown : [withFewerLines(hit, maxBytes)];
    shown.push(hit);
  }
  return shown;
}

function withFewerLines<T extends FoundFile>(hit: T, maxBytes: number): T {
  let lines = hit.lines;
  while (lines.length > 0 && bytesOf({...hit, lines}) > maxBytes) lines = lines.slice(0, lines.length >> 1);
  return {...hit, lines};
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}

function asksForText(expression: Expression): boolean {
  return wantedClauses(expression).some((clause) => clause.type === 'words' || isTextClause(clause));
}

/** Answers about commits, as long as their store is open: by repository, commit and question. */
const kept = new WeakMap<IndexReader, LRUCache<string, TextsMatched | Facet>>();
const KEPT_MAX = 200;
/** A text that was refused or unreadable may be read later. */
const KEPT_MAX_MS = 60_000;

/** `compute`, or what it gave for the same question about the same commit not long ago. */
async function remember<T extends TextsMatched | Facet>(
  {store, repository}: Reader,
  {revisions, snapshot}: SearchScope,
  {question, compute}: {question: string; compute: () => Promise<T>},
): Promise<T> {
  const [{commit, snapshot: whole}, ...others] = revisions;
  if (others.length > 0 || snapshot !== whole) return compute();
  const cache = kept.get(store) ?? new LRUCache({max: KEPT_MAX, ttl: KEPT_MAX_MS});
  kept.set(store, cache);
  const key = `${repository.id} ${commit} ${question}`;
  const known = cache.get(key) as T | undefined;
  const value = known ?? (await compute());
  if (!('scan' in value) || value.scan?.isComplete !== false) cache.set(key, value);
  return value;
}

/** The next page of an answer reads no text again. */
async function decideTexts(
  reader: Reader,
  expression: Expression,
  {scope, now}: {scope: SearchScope; now: () => number},
): Promise<TextsMatched> {
  const {snapshot} = scope;
  const compute = () => matchTexts(reader.store, expression, {snapshot, now});
  // Without text clauses nothing is read.
  if (!hasTextClause(expression)) return compute();
  return remember(reader, scope, {question: JSON.stringify(expression), compute});
}

/** Files of the scope whose text is not in the index, by reason. Kept: a commit does not change. */
async function countNotSearchable(reader: Reader, scope: SearchScope): Promise<Facet> {
  const compute = () => countNotIndexed(reader, scope);
  return remember(reader, scope, {question: 'not searchable', compute});
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

/** V8's substrings keep all of the string that they were cut from: a copy has memory of its own. */
function copyText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

/** Of the contents of hits, the lines that match; the contents themselves are not kept. */
export class LinesFound {
  readonly #find: LineFinder;
  readonly #limits: Parameters<LineFinder>[1];
  readonly #bySeq = new Map<number, FoundLines>();

  constructor(expression: Expression, {linesMax = LINES_MAX, contextLines}: Partial<SearchOptions>) {
    this.#find = makeLineFinder(expression);
    this.#limits = {linesMax: Math.min(linesMax, LINES_MAX), lineMaxChars: LINE_MAX_CHARS, contextLines};
  }

  readonly take = ({seq}: EntrySummary, content: string): void => {
    const {lines, total} = this.#find(content, this.#limits);
    this.#bySeq.set(seq, {total, lines: lines.map((line) => ({...line, text: copyText(line.text)}))});
  };

  of({seq}: EntrySummary): FoundLines {
    return this.#bySeq.get(seq) ?? {lines: [], total: 0};
  }
}

/** A hit as readers see it, with its lines. */
export function foundFile({entry, score}: SearchHit, found: LinesFound): FoundFile {
  const {lines, total} = found.of(entry);
  return {
    path: entry.path,
    oid: entry.oid,
    kind: entry.kind,
    language: entry.language ?? null,
    sizeBytes: entry.sizeBytes,
    score,
    lines,
    linesTotal: total,
  };
}
