import {type Expression, type Query, wantedClauses} from '../domain/query/query.ts';
import type {UnknownFilter} from '../domain/query/unknown-filters.ts';
import type {RepositoryRecord} from '../domain/repository.ts';
import type {FoundFile} from './found-file.ts';
import type {TextScan} from './match-texts.ts';
import type {Reader} from './open-reader.ts';
import type {Revision} from './resolve-revision.ts';

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
export function hitsWithin<T extends FoundFile>(hits: readonly T[], maxBytes: number | undefined): T[] {
  const shown = withinBytes(hits, maxBytes);
  const [only] = shown;
  return only && shown.length === 1 && maxBytes !== undefined ? [withFewerLines(only, maxBytes)] : shown;
}

/** The first ones that fit into so many bytes of JSON; at least one. */
export function withinBytes<T extends object>(items: readonly T[], maxBytes: number | undefined): T[] {
  if (maxBytes === undefined) return [...items];
  let left = maxBytes;
  const end = items.findIndex((item, at) => {
    left -= bytesOf(item);
    return left < 0 && at > 0;
  });
  return items.slice(0, end < 0 ? items.length : end);
}

/** A revision in an answer. */
export function namesOf({ref, commit}: Pick<Revision, 'ref' | 'commit'>): {
  ref: string | null;
  commit: string;
} {
  return {ref: ref ?? null, commit};
}

function withFewerLines<T extends FoundFile>(hit: T, maxBytes: number): T {
  let lines = hit.lines;
  while (lines.length > 0 && bytesOf({...hit, lines}) > maxBytes) lines = lines.slice(0, lines.length >> 1);
  return {...hit, lines};
}

function bytesOf(value: object): number {
  return Buffer.byteLength(JSON.stringify(value)) + 1;
}
