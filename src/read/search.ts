import type {EntryKind, EntrySummary} from '../domain/entry.ts';
import type {Facet, Facets} from '../domain/facets.ts';
import {type MatchedLine, matchLines} from '../domain/match-lines.ts';
import type {Query} from '../domain/query.ts';
import type {UnknownFilter} from '../domain/unknown-filters.ts';
import type {NativeAnswer, NativeSearch, SearchHit} from '../store/ports/search.ts';
import {copyText} from '../util/copy-text.ts';
import {assertNotLost} from './assert-not-lost.ts';
import type {Reader} from './open-reader.ts';
import {type Revision, resolveRevision, type WantedRevision} from './resolve-revision.ts';

export type {NativeAnswer, NativeSearch};

const LINES_MAX = 1000;
const LINE_MAX_CHARS = 1000;

/** A file that matches. */
export interface FoundFile {
  readonly path: string;
  readonly oid: string;
  readonly kind: EntryKind;
  readonly language: string | null;
  readonly score: number;
  /** The lines that match, at most 1000, each cut to 1000 characters. Empty for a query of filters only. */
  readonly lines: readonly MatchedLine[];
}

export interface SearchAnswer {
  readonly ref: string | null;
  readonly commit: string;
  /** How many files match, however many are listed. */
  readonly total: number;
  readonly tookMs: number;
  /** Best first. */
  readonly hits: readonly FoundFile[];
  /** Of the query, what looks like a filter and is none. */
  readonly unknownFilters: readonly UnknownFilter[];
  /** All matches by what they are; where that was asked for. */
  readonly facets?: Facets;
}

/** Options of a search, without its limits. */
export interface SearchOptions {
  readonly query: Query;
  readonly limit: number;
  readonly now: () => number;
}

/**
 * The files of a revision that match.
 * @throws UNKNOWN_REF; QUERY where the engine finds a pattern too complex
 */
export async function search(
  reader: Reader,
  {
    query,
    ref,
    limit,
    now,
    hasFacets,
  }: SearchOptions & {ref?: WantedRevision; hasFacets?: boolean | undefined},
): Promise<SearchAnswer> {
  const startedAt = now();
  const revision = await resolveRevision(reader, ref);
  const lines = new LinesFound(query);
  const {total, hits, facets} = await reader.store.search({
    query,
    snapshot: revision.snapshot,
    limit,
    hasFacets,
    onContent: lines.take,
  });
  if (total === 0) await assertNotLost(reader);
  return {
    ref: revision.ref ?? null,
    commit: revision.commit,
    total,
    hits: hits.map((hit) => foundFile(hit, lines)),
    tookMs: Math.round(now() - startedAt),
    unknownFilters: query.unknownFilters ?? [],
    ...(facets && {facets}),
  };
}

/** Why files of the revision are not found by their words, and how many those are. */
export async function countNotIndexed(
  {store}: Reader,
  {snapshot}: Pick<Revision, 'snapshot'>,
): Promise<Facet> {
  const {facets} = await store.search({query: {clauses: []}, snapshot, limit: 0, hasFacets: true});
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

/** Of the contents of hits, the lines that match; the contents themselves are not kept. */
export class LinesFound {
  readonly #query: Query;
  readonly #bySeq = new Map<number, MatchedLine[]>();

  constructor(query: Query) {
    this.#query = query;
  }

  readonly take = ({seq}: EntrySummary, content: string): void => {
    const limits = {linesMax: LINES_MAX, lineMaxChars: LINE_MAX_CHARS};
    const lines = matchLines(content, this.#query, limits);
    this.#bySeq.set(
      seq,
      lines.map(({line, text}) => ({line, text: copyText(text)})),
    );
  };

  of({seq}: EntrySummary): readonly MatchedLine[] {
    return this.#bySeq.get(seq) ?? [];
  }
}

/** A hit as readers see it, with its lines. */
export function foundFile({entry, score}: SearchHit, lines: LinesFound): FoundFile {
  return {
    path: entry.path,
    oid: entry.oid,
    kind: entry.kind,
    language: entry.language ?? null,
    score,
    lines: lines.of(entry),
  };
}
