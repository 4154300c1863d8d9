import {type FilterText, refusal, shorten} from './parse-filter.ts';
import {type QueryScope, SEARCH_ORDERS, type SearchOrder} from './query.ts';

/** A filter that holds for the whole query. */
export interface ScopeText extends FilterText {
  readonly isNegated: boolean;
}

const SCOPES_MAX = 32;

/** @throws QUERY for a value that cannot be meant, a minus that means nothing, or two that contradict each other. */
export function readScope(texts: readonly ScopeText[]): {
  scope: QueryScope;
  sort: SearchOrder;
  isCaseSensitive: boolean;
} {
  if (texts.length > SCOPES_MAX)
    throw refusal(texts[SCOPES_MAX]!, `more than ${SCOPES_MAX} filters say where to search`, 'Name fewer.');
  for (const text of texts) {
    if (text.isNegated && text.filter !== 'repo')
      throw refusal(text, `${text.filter}: cannot be negated`, 'not-in: excludes what a revision has.');
  }
  const of = (filter: FilterText['filter']) => texts.filter((text) => text.filter === filter);
  const valuesOf = (filter: FilterText['filter']) => of(filter).map(({value}) => value);
  const onlyIn = lastOf(of('only-in'));
  const addedSince = lastOf(of('added-since'));
  const scope = {
    revisions: [...new Set(valuesOf('rev'))],
    notIn: [...new Set(valuesOf('not-in'))],
    repositories: of('repo').map(({value, isNegated}) => ({pattern: value, isNegated})),
    ...(onlyIn && {onlyIn: onlyIn.value}),
    ...(addedSince && {addedSince: addedSince.value}),
  };
  if (onlyIn && scope.revisions.length > 0)
    throw refusal(onlyIn, 'only-in: and rev: name the revision twice', 'Use one of them.');
  return {scope, sort: parseOrder(lastOf(of('sort'))), isCaseSensitive: parseCase(lastOf(of('case')))};
}

/** The value of a filter that may stand in a query once. Equal values count once. @throws QUERY */
export function lastOf(texts: readonly ScopeText[]): ScopeText | undefined {
  const other = texts.find(({value}) => value !== texts[0]!.value);
  if (other) throw refusal(other, `${other.filter}: stands twice in the query`, 'Use one of them.');
  return texts[0];
}

function parseOrder(text: ScopeText | undefined): SearchOrder {
  if (!text) return 'relevance';
  const order = SEARCH_ORDERS.find((known) => known === text.value.toLowerCase());
  if (order) return order;
  throw refusal(text, `unknown order: ${shorten(text.value)}`, `Orders are ${SEARCH_ORDERS.join(', ')}.`);
}

function parseCase(text: ScopeText | undefined): boolean {
  switch (text?.value.toLowerCase()) {
    case undefined:
    case 'no':
    case 'auto':
      return false;
    case 'yes':
      return true;
    default:
      throw refusal(
        text!,
        `case: is yes or no, not ${shorten(text!.value)}`,
        'Words ignore case in any case.',
      );
  }
}
