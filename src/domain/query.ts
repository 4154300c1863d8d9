import type {EntryKind} from './entry.ts';
import type {UnknownFilter} from './unknown-filters.ts';

/** What a reader asks for: every clause must hold (a negated one must not). */
export interface Query {
  readonly clauses: readonly Clause[];
  /** What looks like a filter and is none; among the clauses it is words. Absent: nothing does. */
  readonly unknownFilters?: readonly UnknownFilter[];
}

export type Clause = WordsClause | PathClause | ExtensionClause | LanguageClause | KindClause;

/** The content has these words next to each other, in this order; case, accents and punctuation do not matter. */
export interface WordsClause {
  readonly type: 'words';
  readonly isNegated: boolean;
  /** As typed, without quotes, minus and star. Holds at least one letter or digit. */
  readonly text: string;
  /** The last word may go on: `prefix*`. */
  readonly isPrefix: boolean;
}

/** The path has this in it (`docs`), fits this glob (`*.md`, `src/**`), or, with a leading slash, begins with it. */
export interface PathClause {
  readonly type: 'path';
  readonly isNegated: boolean;
  readonly pattern: string;
}

export interface ExtensionClause {
  readonly type: 'ext';
  readonly isNegated: boolean;
  /** Lower case, without a dot. */
  readonly extension: string;
}

export interface LanguageClause {
  readonly type: 'lang';
  readonly isNegated: boolean;
  /** The name as the index stores it: TypeScript. */
  readonly language: string;
}

export interface KindClause {
  readonly type: 'kind';
  readonly isNegated: boolean;
  readonly kind: EntryKind;
}
