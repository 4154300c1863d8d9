import type {Clause, Query} from './query.ts';

/** Text that needs no quotes; a minus at the beginning would negate. */
const PLAIN = /^[\p{L}\p{M}\p{N}_./][\p{L}\p{M}\p{N}_./-]*$/u;

/** The query as a person may type it: `parseQuery` reads the same clauses. */
export function formatQuery({clauses}: Query): string {
  return clauses.map(formatClause).join(' ');
}

/**
 * One clause of a query. A quote cannot be written between quotes: it becomes a `?`, which stands for any character of a
 * path and is punctuation in words.
 */
export function formatClause(clause: Clause): string {
  return (clause.isNegated ? '-' : '') + formatMeaning(clause);
}

function formatMeaning(clause: Clause): string {
  switch (clause.type) {
    case 'words':
      return quoted(clause.text) + (clause.isPrefix ? '*' : '');
    case 'path':
      return `path:${quoted(clause.pattern)}`;
    case 'ext':
      return `ext:${quoted(clause.extension)}`;
    case 'lang':
      return `lang:${quoted(clause.language)}`;
    case 'kind':
      return `type:${clause.kind}`;
  }
}

function quoted(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replaceAll('"', '?')}"`;
}
