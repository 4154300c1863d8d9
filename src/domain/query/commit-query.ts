import {parseMoment} from '../parse-moment.ts';
import {type FilterText, refusal, shorten} from './parse-filter.ts';
import type {Expression, QueryNotes, QueryScope, SubstringClause} from './query.ts';
import {lastOf, type ScopeText} from './read-scope.ts';

/** A parsed query about commits. */
export interface CommitQuery extends QueryNotes {
  /** Words of the message, `author:` and `message:`. Absent: every commit. */
  readonly expression?: Expression | undefined;
  /** The commits that these revisions reach, without those of the excluded ones. */
  readonly scope: QueryScope;
  /** `after:`, as it was written, and the committer's time in seconds since 1970. */
  readonly after?: Moment | undefined;
  /** `before:`; a date without a time is the whole day. */
  readonly before?: Moment | undefined;
  /** `changed:`: this file, or something below this directory. Empty: anything. */
  readonly path: string;
  /** `sub:`: the commit brings or takes away this text. */
  readonly changedText?: Omit<SubstringClause, 'type'> | undefined;
}

interface Moment {
  readonly written: string;
  readonly seconds: number;
}

/** The conditions on commits that hold for the whole query, and the rest of its expression. */
interface CommitFilters extends Pick<CommitQuery, 'after' | 'before' | 'path' | 'changedText'> {
  /** The expression without `sub:`. */
  readonly expression?: Expression | undefined;
}

interface ReadFilters {
  /** `type:commit`, `after:`, `before:`, `changed:`. */
  readonly texts: readonly ScopeText[];
  /** Every `sub:` of the query. */
  readonly substrings: readonly Pick<FilterText, 'position'>[];
  /** Without it, relative dates are not understood. */
  readonly now?: Date | undefined;
}

/** @throws QUERY for a value that cannot be meant, and for what holds for the whole query and stands in it twice. */
export function readCommitFilters(
  expression: Expression,
  {texts, substrings, now}: ReadFilters,
): CommitFilters {
  const of = (filter: FilterText['filter']) => lastOf(texts.filter((text) => text.filter === filter));
  const [after, before, changed] = [of('after'), of('before'), of('changed')];
  const parts = expression.type === 'all' ? expression.of : [expression];
  const found = parts.filter((part) => part.type === 'substring');
  if (substrings.length > found.length || found.length > 1)
    throw refusal(
      substrings.at(-1)!,
      'of commits, sub: holds for the whole query, and stands in it once',
      'It finds the commits that bring or take away a text.',
    );
  const [text] = found;
  const others = parts.filter((part) => part !== text);
  return {
    ...(others.length > 0 && {expression: {type: 'all', of: others}}),
    ...(after && {after: momentOf(after, {now})}),
    ...(before && {before: momentOf(before, {now, isEnd: true})}),
    path: changed?.value ?? '',
    ...(text && {changedText: {text: text.text, isCaseSensitive: text.isCaseSensitive}}),
  };
}

function momentOf(text: FilterText, options: {now?: Date | undefined; isEnd?: boolean}): Moment {
  const seconds = parseMoment(text.value, options);
  if (seconds !== undefined) return {written: text.value, seconds};
  const relative = options.now ? ' or "2 weeks ago"' : '';
  throw refusal(
    text,
    `not a date: ${shorten(text.value)}`,
    `Dates are such as ${text.filter}:2026-01-31${relative}.`,
  );
}
