import type {EntryKind, EntrySummary} from '../domain/entry.ts';
import type {Facets} from '../domain/facets.ts';
import {type MatchedLine, matchLines} from '../domain/match-lines.ts';
import {parseQuery} from '../domain/parse-query.ts';
import type {Query} from '../domain/query.ts';
import type {UnknownFilter} from '../domain/unknown-filters.ts';
import type {SearchHit} from '../store/ports/search.ts';
import {copyText} from '../util/copy-text.ts';
import type {Reader} from './open-reader.ts';
import {type Revision, resolveRevision, type WantedRevision} from './resolve-revision.ts';

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

/** What is searched for, however far. */
export interface SearchOptions {
  readonly query: string;
  readonly limit: number;
  readonly now: () => number;
}

/**
 * The files of a revision that match.
 * @throws QUERY, UNKNOWN_REF
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
  // A query that cannot be read is told before a revision that does not exist.
  parseQuery(query);
  const revision = await resolveRevision(reader, ref);
  const answer = await searchRevision(reader, revision, {query, limit, now, hasFacets});
  return {...answer, tookMs: Math.round(now() - startedAt)};
}

/**
 * The files of a revision that match.
 * @throws QUERY
 */
export async function searchRevision(
  reader: Reader,
  {snapshot, ...revision}: Revision,
  {query, limit, now, hasFacets}: SearchOptions & {hasFacets?: boolean | undefined},
): Promise<SearchAnswer> {
  const startedAt = now();
  const parsed = parseQuery(query);
  const lines = new LinesFound(parsed);
  const {total, hits, facets} = await reader.store.search({
    query: parsed,
    snapshot,
    limit,
    hasFacets,
    onContent: lines.take,
  });
  return {
    ref: revision.ref ?? null,
    commit: revision.commit,
    total,
    hits: hits.map((hit) => foundFile(hit, lines)),
    tookMs: Math.round(now() - startedAt),
    unknownFilters: parsed.unknownFilters ?? [],
    ...(facets && {facets}),
  };
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
