import type {EntryKind} from '../entry.ts';
import type {TrigramQuery} from './trigrams.ts';
import type {UnknownFilter} from './unknown-filters.ts';

/** A parsed query about files: which entries are wanted, and where they are looked for. */
export interface Query extends QueryNotes {
  readonly expression: Expression;
  readonly scope: QueryScope;
  readonly sort: SearchOrder;
}

/** How a query was read. */
export interface QueryNotes {
  /** Words that look like filters but are none; the expression has them as words. */
  readonly unknownFilters: readonly UnknownFilter[];
  /** Sentences for a person about what was read otherwise than it may have been meant. */
  readonly notes: readonly string[];
}

/** Orders that follow from the entries: best first; by path; smallest or largest first. Equal hits are ordered by path. */
export const ENTRY_ORDERS = ['relevance', 'path', 'size', '-size'] as const;
export type EntryOrder = (typeof ENTRY_ORDERS)[number];

/** The order of hits. `date`: those that changed last at the revision come first. */
export const SEARCH_ORDERS = [...ENTRY_ORDERS, 'date'] as const;
export type SearchOrder = (typeof SEARCH_ORDERS)[number];

/** The revisions and repositories that a query itself names. Empty lists name none. */
export interface QueryScope {
  /** `rev:` `branch:`: the files of any of these revisions. */
  readonly revisions: readonly string[];
  /** `only-in:`: files of this revision that no revision of `notIn` has, or, without `notIn`, no other ref's tip. */
  readonly onlyIn?: string | undefined;
  readonly notIn: readonly string[];
  /** `added-since:`: files that this revision does not have. */
  readonly addedSince?: string | undefined;
  /** `repo:`: globs of names. */
  readonly repositories: readonly {readonly pattern: string; readonly isNegated: boolean}[];
}

/** A condition on an entry. `all` of nothing holds for every entry, `any` of nothing for none. */
export type Expression = All | Any | Not | Clause;

export interface All {
  readonly type: 'all';
  readonly of: readonly Expression[];
}

export interface Any {
  readonly type: 'any';
  readonly of: readonly Expression[];
}

export interface Not {
  readonly type: 'not';
  readonly of: Expression;
}

export type Clause = WordsClause | TextClause | FilterClause | FoundClause | CommitClause;
/** Decided by the text itself, line by line. */
export type TextClause = SubstringClause | RegexClause;
/** Decided by the metadata of the entry. */
export type FilterClause =
  | PathClause
  | NameClause
  | ExtensionClause
  | LanguageClause
  | KindClause
  | SizeClause
  | UnsearchableClause;
/** About a commit; the expression of a query about files has none. There, words are those of the message. */
export type CommitClause = AuthorClause | MessageClause;
/** Stands in for text clauses while a query runs; no person writes it. */
export type FoundClause = SeqsClause | TrigramsClause;

/** The content or the path has these words in a row; case, accents and punctuation do not matter. */
export interface WordsClause {
  readonly type: 'words';
  /** As typed, without quotes, minus and star. Holds at least one letter or digit. */
  readonly text: string;
  /** The last word may be longer: `prefix*`. */
  readonly isPrefix: boolean;
}

/** A line holds exactly these characters. */
export interface SubstringClause {
  readonly type: 'substring';
  readonly text: string;
  readonly isCaseSensitive: boolean;
}

/** The regular expression matches somewhere in a line, without its line feed. RE2 syntax. */
export interface RegexClause {
  readonly type: 'regex';
  readonly pattern: string;
  readonly isCaseSensitive: boolean;
}

/** The path contains this (`docs`), matches this glob (`*.md`, `src/**`), or, with a leading slash, begins with it. */
export interface PathClause {
  readonly type: 'path';
  readonly pattern: string;
}

/** The last part of the path contains this, or is matched by this glob as a whole. */
export interface NameClause {
  readonly type: 'name';
  readonly pattern: string;
}

export interface ExtensionClause {
  readonly type: 'ext';
  /** Lower case, without a dot. */
  readonly extension: string;
}

export interface LanguageClause {
  readonly type: 'lang';
  /** The name as the index stores it: TypeScript. */
  readonly language: string;
}

export interface KindClause {
  readonly type: 'kind';
  readonly kind: EntryKind;
}

/** Bytes of the blob, both ends included. */
export interface SizeClause {
  readonly type: 'size';
  readonly min: number;
  /** Absent: no upper end. */
  readonly max?: number | undefined;
}

/** The text of the entry is not in the index: binary, too large, excluded, unreadable or refused. */
export interface UnsearchableClause {
  readonly type: 'unsearchable';
}

/** The author, as `name <email>`, holds exactly these characters, in any case. */
export interface AuthorClause {
  readonly type: 'author';
  readonly text: string;
}

/** The message holds exactly these characters, in any case. */
export interface MessageClause {
  readonly type: 'message';
  readonly text: string;
}

/** The entry has one of these numbers: a roaring bitmap, portable 32-bit format. */
export interface SeqsClause {
  readonly type: 'seqs';
  readonly seqs: Uint8Array;
}

/** The text may match: it holds the trigrams that every match holds. More entries than that are allowed. */
export interface TrigramsClause {
  readonly type: 'trigrams';
  readonly wanted: TrigramQuery;
}

/** Every entry. */
export const EVERYTHING: All = {type: 'all', of: []};
/** No entry. */
export const NOTHING: Any = {type: 'any', of: []};

export function isTextClause(clause: Expression): clause is TextClause {
  return clause.type === 'substring' || clause.type === 'regex';
}

/** Each clause of the expression, with whether an odd number of negations stands before it. */
export function* clausesOf(
  expression: Expression,
  isNegated = false,
): Generator<{readonly clause: Clause; readonly isNegated: boolean}> {
  if (expression.type === 'not') yield* clausesOf(expression.of, !isNegated);
  else if (expression.type === 'all' || expression.type === 'any')
    for (const part of expression.of) yield* clausesOf(part, isNegated);
  else yield {clause: expression, isNegated};
}

/** True where texts decide. */
export function hasTextClause(expression: Expression): boolean {
  return [...clausesOf(expression)].some(({clause}) => isTextClause(clause));
}

/** The clauses that a match has to show: those that no negation stands before. */
export function wantedClauses(expression: Expression): Clause[] {
  return [...clausesOf(expression)].flatMap(({clause, isNegated}) => (isNegated ? [] : [clause]));
}

/** The expression with each clause replaced. */
export function mapClauses(
  expression: Expression,
  map: (clause: Clause, isNegated: boolean) => Expression,
  isNegated = false,
): Expression {
  switch (expression.type) {
    case 'not':
      return {type: 'not', of: mapClauses(expression.of, map, !isNegated)};
    case 'all':
    case 'any':
      return {type: expression.type, of: expression.of.map((part) => mapClauses(part, map, isNegated))};
    default:
      return map(expression, isNegated);
  }
}

/** The query that finds what `query` finds where `more` holds, too. */
export function narrowed(query: Query, more: Expression): Query {
  const {expression} = query;
  const parts = expression.type === 'all' ? expression.of : [expression];
  return {...query, expression: {type: 'all', of: [...parts, more]}};
}
