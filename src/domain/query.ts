import type {EntryKind} from './entry.ts';
import type {UnknownFilter} from './unknown-filters.ts';

/** A parsed query: a file must match every clause (and no negated one). */
export interface Query {
  readonly clauses: readonly Clause[];
  /** Words that look like filters but are none; the clauses have them as words. Absent if there are none. */
  readonly unknownFilters?: readonly UnknownFilter[];
}

export type Clause = WordsClause | PathClause | ExtensionClause | LanguageClause | KindClause;

/** The content has these words next to each other, in this order; case, accents and punctuation do not matter. */
export interface WordsClause {
  readonly type: 'words';
  readonly isNegated: boolean;
  /** As typed, without quotes, minus and star. Holds at least one letter or digit. */
  readonly text: string;
  /** The last word may be longer: `prefix*`. */
  readonly isPrefix: boolean;
}

/** The path contains this (`docs`), matches this glob (`*.md`, `src/**`), or, with a leading slash, begins with it. */
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
