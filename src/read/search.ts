import type {EntryKind} from '../domain/entry.ts';
import {type MatchedLine, matchLines} from '../domain/match-lines.ts';
import {parseQuery} from '../domain/parse-query.ts';
import type {Reader} from './open-reader.ts';
import {resolveRevision, type WantedRevision} from './resolve-revision.ts';

const LINES_MAX = 1000;
const LINE_MAX_CHARS = 1000;

export interface SearchAnswer {
  readonly ref: string | null;
  readonly commit: string;
  /** How many files match, however many are listed. */
  readonly total: number;
  readonly tookMs: number;
  /** Best first. */
  readonly hits: readonly {
    readonly path: string;
    readonly oid: string;
    readonly kind: EntryKind;
    readonly language: string | null;
    readonly score: number;
    /** The lines that match, at most 1000, each cut to 1000 characters. Empty for a query of filters only. */
    readonly lines: readonly MatchedLine[];
  }[];
}

/**
 * The files of a revision that match.
 * @throws QUERY, UNKNOWN_REF
 */
export async function search(
  reader: Reader,
  {query, ref, limit, now}: {query: string; ref?: WantedRevision; limit: number; now: () => number},
): Promise<SearchAnswer> {
  const startedAt = now();
  const parsed = parseQuery(query);
  const revision = await resolveRevision(reader, ref);
  const {total, hits} = await reader.store.search({query: parsed, snapshot: revision.snapshot, limit});
  return {
    ref: revision.ref ?? null,
    commit: revision.commit,
    total,
    hits: hits.map(({entry, score}) => ({
      path: entry.path,
      oid: entry.oid,
      kind: entry.kind,
      language: entry.language ?? null,
      score,
      lines:
        entry.content === undefined
          ? []
          : matchLines(entry.content, parsed, {linesMax: LINES_MAX, lineMaxChars: LINE_MAX_CHARS}),
    })),
    tookMs: Math.round(now() - startedAt),
  };
}
