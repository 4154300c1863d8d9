import type {Clause, Expression, Query, SizeClause} from './query.ts';

/** Text that needs no quotes; a minus at the beginning would negate. */
const PLAIN = /^[\p{L}\p{M}\p{N}_./][\p{L}\p{M}\p{N}_./-]*$/u;
const OPERATOR = /^(?:OR|AND|NOT)$/;

/** The query as a person may type it: `parseQuery` reads the same. */
export function formatQuery({expression, scope, sort}: Query): string {
  const {revisions, onlyIn, notIn, addedSince, repositories} = scope;
  const filters = [
    ...revisions.map((revision) => `rev:${quoted(revision)}`),
    ...(onlyIn === undefined ? [] : [`only-in:${quoted(onlyIn)}`]),
    ...notIn.map((revision) => `not-in:${quoted(revision)}`),
    ...(addedSince === undefined ? [] : [`added-since:${quoted(addedSince)}`]),
    ...repositories.map(({pattern, isNegated}) => `${isNegated ? '-' : ''}repo:${quoted(pattern)}`),
    ...(sort === 'relevance' ? [] : [`sort:${sort}`]),
    ...(isCaseSensitive(expression) ? ['case:yes'] : []),
  ];
  const found =
    expression.type === 'any' ? formatParts(expression.of, ' OR ') : formatExpression(expression, false);
  // `OR` binds less than the space before a filter.
  const text = expression.type === 'any' && filters.length > 0 ? `(${found})` : found;
  return [text, ...filters].filter((part) => part !== '').join(' ');
}

function isCaseSensitive(expression: Expression): boolean {
  switch (expression.type) {
    case 'all':
    case 'any':
      return expression.of.some(isCaseSensitive);
    case 'not':
      return isCaseSensitive(expression.of);
    default:
      return 'isCaseSensitive' in expression && expression.isCaseSensitive;
  }
}

/** A part of a query. A quote cannot be written between quotes: it becomes a `?`, any character of a path. */
export function formatExpression(expression: Expression, isWithin = true): string {
  switch (expression.type) {
    case 'not':
      return formatNot(expression.of);
    case 'any':
      return `(${formatParts(expression.of, ' OR ')})`;
    case 'all':
      return isWithin ? `(${formatParts(expression.of, ' ')})` : formatParts(expression.of, ' ');
    default:
      return formatClause(expression);
  }
}

/** `-m` and `-1` are words. */
function formatNot(of: Expression): string {
  const text = formatExpression(of);
  return of.type === 'words' && !text.startsWith('"') && /^(?:\p{L}|\d+)$/u.test(text)
    ? `-"${text}"`
    : `-${text}`;
}

function formatParts(parts: readonly Expression[], separator: string): string {
  return parts.map((part) => formatExpression(part)).join(separator);
}

function formatClause(clause: Clause): string {
  switch (clause.type) {
    case 'words':
      return quoted(clause.text) + (clause.isPrefix ? '*' : '');
    case 'substring':
      return `sub:${clause.text.includes('"') ? `'${clause.text}'` : `"${clause.text}"`}`;
    case 'regex':
      return `/${clause.pattern}/`;
    case 'path':
    case 'name':
      return `${clause.type}:${quoted(clause.pattern)}`;
    case 'ext':
      return `ext:${quoted(clause.extension)}`;
    case 'lang':
      return `lang:${quoted(clause.language)}`;
    case 'kind':
      return `type:${clause.kind}`;
    case 'size':
      return formatSize(clause);
    case 'unsearchable':
      return 'is:unsearchable';
    case 'author':
    case 'message':
      return `${clause.type}:${quoted(clause.text)}`;
    case 'seqs':
    case 'trigrams':
      throw new TypeError(`${clause.type} is in no query of a person`);
  }
}

function formatSize({min, max}: SizeClause): string {
  return max === undefined ? `size:>=${min}` : `size:${min}..${max}`;
}

function quoted(text: string): string {
  return PLAIN.test(text) && !OPERATOR.test(text) ? text : `"${text.replaceAll('"', '?')}"`;
}
