import {isDeepStrictEqual} from 'node:util';
import type {Facet, Facets} from '../../../domain/facets.ts';
import {formatExpression} from '../../../domain/query/format-query.ts';
import type {Clause, Expression, Query} from '../../../domain/query/query.ts';
import {formatCount} from '../../../util/format.ts';
import {type Html, html, showName} from '../html.ts';
import {hrefAt, type PlaceRequest} from '../page-request.ts';
import type {Asked} from './search-hit.ts';

const SHOWN_MAX = 8;

/** Facets of a search; each value is a link to the narrower search. */
export function facetLists(request: PlaceRequest, {text, query, facets}: Asked & {facets: Facets}): Html {
  const lists: FacetList[] = [
    {
      title: 'Language',
      facet: facets.languages,
      clauseOf: (language) => ({type: 'lang', language}),
    },
    {
      title: 'Extension',
      facet: facets.extensions,
      clauseOf: (extension) => ({type: 'ext', extension}),
    },
    {
      title: 'Folder',
      facet: foldersOf(facets.directories, folderOf(query)),
      clauseOf: (folder) => ({type: 'path', pattern: `/${folder}/`}),
    },
  ];
  return html`<aside class="facets" aria-label="Narrow the search">${lists.map((list) => facetList(request, list, {text, query}))}</aside>`;
}

/** The first directory that the query is narrowed to by `path:/directory/`. */
function folderOf({expression}: Query): string | undefined {
  const patterns = partsOf(expression).flatMap((part) => (part.type === 'path' ? [part.pattern] : []));
  return patterns.find((pattern) => /^\/[^*?]+\/$/.test(pattern))?.slice(1, -1);
}

/** The conditions that all hold. */
function partsOf(expression: Expression): readonly Expression[] {
  return expression.type === 'all' ? expression.of : [expression];
}

/** `OR` binds less than the space before another clause. */
export function grouped(text: string, {expression}: Query): string {
  return expression.type === 'any' ? `(${text})` : text;
}

/** Directories by their first part, or by the first part below `under`. */
export function foldersOf(directories: Facet, under: string | undefined): Facet {
  const start = under === undefined ? '' : `${under}/`;
  const counts = new Map<string, number>();
  for (const {value, count} of directories) {
    if (!value.startsWith(start) || value === '') continue;
    const slash = value.indexOf('/', start.length);
    const folder = slash < 0 ? value : value.slice(0, slash);
    counts.set(folder, (counts.get(folder) ?? 0) + count);
  }
  return [...counts]
    .map(([value, count]) => ({value, count}))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}

interface FacetList {
  readonly title: string;
  readonly facet: Facet;
  readonly clauseOf: (value: string) => Clause;
}

function facetList(
  request: PlaceRequest,
  {title, facet, clauseOf}: FacetList,
  {text, query}: Asked,
): Html | '' {
  const items = facet.slice(0, SHOWN_MAX).map(({value, count}) => {
    const clause = clauseOf(value);
    const name = showName(value);
    const isThere = partsOf(query.expression).some((other) => isDeepStrictEqual(other, clause));
    return html`<li>${isThere ? html`<span>${name}</span>` : html`<a href="${hrefAt(request, {view: 'search'}, {q: `${grouped(text, query)} ${formatExpression(clause)}`})}">${name}</a>`} <span class="dim">${formatCount(count)}</span></li>`;
  });
  return items.length === 0 ? '' : html`<h2>${title}</h2><ul>${items}</ul>`;
}
